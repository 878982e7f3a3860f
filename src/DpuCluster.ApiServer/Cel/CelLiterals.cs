namespace DpuCluster.ApiServer.Cel;

/// <summary>Finds literals that can only fail: times, durations and regular expressions that are not well-formed.</summary>
internal static class CelLiterals
{
    public static void Check(CelExpression expression, CelIssues issues)
    {
        switch (expression)
        {
            case SelectExpression select:
                Check(select.Operand, issues);
                break;
            case CallExpression call:
                CheckCall(call, issues);
                if (call.Target is not null)
                    Check(call.Target, issues);
                foreach (var argument in call.Arguments)
                    Check(argument, issues);
                break;
            case ListExpression list:
                foreach (var (value, _) in list.Elements)
                    Check(value, issues);
                break;
            case MapExpression map:
                foreach (var (key, value, _) in map.Entries)
                {
                    Check(key, issues);
                    Check(value, issues);
                }
                break;
            case ComprehensionExpression macro:
                Check(macro.Range, issues);
                if (macro.Filter is not null)
                    Check(macro.Filter, issues);
                Check(macro.Body, issues);
                break;
        }
    }

    private static void CheckCall(CallExpression call, CelIssues issues)
    {
        // matches(text, pattern) has its pattern last, text.matches(pattern) has nothing else.
        var argument = call.Function == "matches" ? call.Arguments.LastOrDefault() : call.Arguments.FirstOrDefault();
        if (argument is not ConstantExpression { Value: string text })
            return;
        var valid = call.Function switch
        {
            "timestamp" => CelTimestamp.Parse(text) is not null,
            "duration" => CelDuration.Parse(text) is not null,
            "matches" or "find" or "findAll" => CelRegex.TryCreate(text, out _) is not null,
            _ => true,
        };
        if (!valid)
            issues.Report(argument.Position, $"invalid {call.Function} argument");
    }
}
