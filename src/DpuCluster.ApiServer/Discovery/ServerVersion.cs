using System.Globalization;
using System.Text.RegularExpressions;

namespace DpuCluster.ApiServer.Discovery;

/// <summary>The version that a server says it is, such as <c>v1.34.0+dpucluster</c>.</summary>
internal sealed partial record ServerVersion(string Text, int Major, int Minor)
{
    /// <summary>What a server is that nobody says anything else of: a version that does not pretend to be a distribution.</summary>
    public const string Default = "v1.34.0+dpucluster";

    /// <exception cref="ArgumentException">It is no version.</exception>
    public static ServerVersion Parse(string text)
    {
        var match = Pattern().Match(text);
        return match.Success
            ? new(text, int.Parse(match.Groups["major"].ValueSpan, CultureInfo.InvariantCulture), int.Parse(match.Groups["minor"].ValueSpan, CultureInfo.InvariantCulture))
            : throw new ArgumentException($"\"{text}\" is no version of a server: use one such as {Default}", nameof(text));
    }

    [GeneratedRegex(@"^v(?<major>[0-9]{1,4})\.(?<minor>[0-9]{1,4})\.[0-9]{1,6}([-+][0-9A-Za-z.+-]*)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
