using System.CommandLine;
using System.Globalization;

namespace DpuCluster.Cli.Commands;

/// <summary>Makes options whose refusals name the flag, the value and what may be given instead.</summary>
internal static class Flags
{
    /// <summary>A whole number within limits.</summary>
    public static Option<int> Number(string name, int least, int most, int unlessSaid, string description) => new(name)
    {
        Description = description,
        HelpName = "NUMBER",
        DefaultValueFactory = _ => unlessSaid,
        CustomParser = result =>
        {
            var text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            {
                return number;
            }

            result.AddError($"{name}: \"{text}\" is no number from {least} to {most}");
            return unlessSaid;
        },
    };

    /// <summary>A switch: <c>--flag</c>, <c>--flag=true</c> or <c>--flag=false</c>, and whatever else Go's flags take for those.</summary>
    public static Option<bool> Switch(string name, string description, bool unlessSaid = false) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => unlessSaid,
        CustomParser = result =>
        {
            switch (result.Tokens.Count > 0 ? result.Tokens[0].Value : "true")
            {
                case "1" or "t" or "T" or "true" or "True" or "TRUE":
                    return true;
                case "0" or "f" or "F" or "false" or "False" or "FALSE":
                    return false;
                case var text:
                    result.AddError($"{name}: \"{text}\" is neither true nor false");
                    return false;
            }
        },
    };
}
