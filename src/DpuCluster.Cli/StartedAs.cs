using System.Text;

namespace DpuCluster.Cli;

/// <summary>The name under which the user started the program.</summary>
internal static class StartedAs
{
    private const string CommandLineFile = "/proc/self/cmdline";

    /// <summary>That name, or the executable's where the system does not tell: a link is followed to the executable there.</summary>
    public static string? Name
    {
        get
        {
            try
            {
                return File.Exists(CommandLineFile) && First(File.ReadAllBytes(CommandLineFile)) is { Length: > 0 } name ? name : Environment.ProcessPath;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return Environment.ProcessPath;
            }
        }
    }

    private static string First(ReadOnlySpan<byte> words) => Encoding.UTF8.GetString(words.IndexOf((byte)0) is var end and >= 0 ? words[..end] : words);
}
