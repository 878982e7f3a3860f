using static DpuCluster.ApiServer.Cel.CelType;

namespace DpuCluster.ApiServer.Cel;

/// <summary>Functions that take a regular expression; literal ones come compiled.</summary>
internal static class CelRegexFunctions
{
    public static void Declare(CelFunctionTable table)
    {
        table.Global("matches", [CelType.String, CelType.String], CelType.Bool, Matches);
        table.Member("matches", [CelType.String, CelType.String], CelType.Bool, Matches);
        table.Member("find", [CelType.String, CelType.String], CelType.String, (frame, arguments) =>
            WithRegex(frame, arguments, (regex, text) => regex.Regex.Match(text) is { Success: true } match ? match.Value : ""));
        table.Member("findAll", [CelType.String, CelType.String], List(CelType.String), (frame, arguments) =>
            WithRegex(frame, arguments, (regex, text) => FindAll(frame, regex, text, -1)));
        table.Member("findAll", [CelType.String, CelType.String, Int], List(CelType.String), (frame, arguments) =>
            WithRegex(frame, arguments, (regex, text) => FindAll(frame, regex, text, (long)arguments[2])));
    }

    private static object Matches(CelFrame frame, object[] arguments) =>
        WithRegex(frame, arguments, (regex, text) => CelValues.Bool(regex.Regex.IsMatch(text)));

    private static object WithRegex(CelFrame frame, object[] arguments, Func<CelRegex, string, object> use)
    {
        if (arguments[0] is not string text)
            return CelError.NoSuchOverload;
        var regex = arguments[1] as CelRegex;
        var length = regex?.Pattern.Length ?? Runes.Count((string)arguments[1]);
        frame.Charge((Runes.Count(text) + 10L) / 10 * ((length + 3L) / 4));
        string? error = null;
        regex ??= frame.Regex((string)arguments[1], out error);
        if (regex is null)
            return new CelError(error!);
        // The cost counts a repetition such as .{200} by its length in the pattern; matching may take a step for each of them.
        frame.ChargeWork((text.Length + 1L) * regex.Size / 8);
        return use(regex, text);
    }

    private static CelArray FindAll(CelFrame frame, CelRegex regex, string text, long limit)
    {
        var found = new List<object>();
        for (var match = limit == 0 ? null : regex.Regex.Match(text); match is { Success: true }; match = match.NextMatch())
        {
            frame.ChargeWork(1);
            found.Add(match.Value);
            if (found.Count == limit)
                break;
        }
        return new CelArray(found);
    }
}
