using System.CommandLine;
using System.Text;
using DpuCluster.Api;
using DpuCluster.Cli.Migration;
using DpuCluster.Kubernetes;

namespace DpuCluster.Cli.Commands;

/// <summary><c>dpucluster migrate</c>: rewrites manifests of the older group for today's.</summary>
internal static class MigrateCommand
{
    private const string StandardInput = "-";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static Command Create()
    {
        var file = new Option<string>("-f", "--filename")
        {
            Description = "Manifests, in YAML (any number of documents) or JSON; -: standard input.",
            HelpName = "FILE",
            Required = true,
        };
        var inPlace = Flags.Switch("--in-place", "Write the result back into the file instead of to standard output.");
        var command = new Command("migrate", $"Rewrite manifests of the older group, {OlderDPUCluster.Resource.Group}, for today's; all else in them stays as it is.")
        {
            file, inPlace,
        };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(file)!, parsed.GetValue(inPlace), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string file, bool inPlace, CancellationToken cancellation)
    {
        if (inPlace && file == StandardInput)
        {
            throw new UserErrorException("--in-place: standard input cannot be written to", "name a file, or leave the flag out");
        }

        var name = file == StandardInput ? "standard input" : file;
        var bytes = await ReadAsync(file, cancellation).ConfigureAwait(false);
        var mark = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        var migration = ManifestMigration.Of(Decode(bytes.AsSpan(mark), name), name);
        byte[] result = [.. bytes.AsSpan(0, mark), .. Utf8.GetBytes(migration.Text)];
        if (!inPlace)
        {
            await using var output = Console.OpenStandardOutput();
            await output.WriteAsync(result, cancellation).ConfigureAwait(false);
        }
        else if (!result.AsSpan().SequenceEqual(bytes))
        {
            await ReplaceAsync(file, result, cancellation).ConfigureAwait(false);
        }

        await Console.Error.WriteLineAsync($"{name}: {migration.Clusters} DPUCluster{(migration.Clusters == 1 ? "" : "s")} rewritten").ConfigureAwait(false);
        if (migration.LinesLeft is { Count: > 0 } left)
        {
            await Console.Error.WriteLineAsync(
                $"  the result still names {OlderDPUCluster.Resource.Group}, outside of DPUClusters or within their fields, in line {string.Join(", ", left)}").ConfigureAwait(false);
        }

        return 0;
    }

    private static async Task<byte[]> ReadAsync(string file, CancellationToken cancellation)
    {
        try
        {
            if (file != StandardInput)
            {
                return await File.ReadAllBytesAsync(file, cancellation).ConfigureAwait(false);
            }

            await using var input = Console.OpenStandardInput();
            using var all = new MemoryStream();
            await input.CopyToAsync(all, cancellation).ConfigureAwait(false);
            return all.ToArray();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var problem = Directory.Exists(file) ? "is a directory" : exception.Message;
            throw new UserErrorException($"{file}: {problem}", "name a file of manifests, or - for standard input");
        }
    }

    private static string Decode(ReadOnlySpan<byte> bytes, string name)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            var line = 1 + bytes[..Math.Clamp(exception.Index, 0, bytes.Length)].Count((byte)'\n');
            throw new UserErrorException($"{name}:{line}: it is not valid UTF-8", "save it as UTF-8");
        }
    }

    /// <summary>Whole or not at all: what goes wrong in between leaves the file as it was.</summary>
    private static async Task ReplaceAsync(string file, byte[] content, CancellationToken cancellation)
    {
        // Through a link to what it stands for.
        var target = File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(file);
        var draft = $"{target}.{Environment.ProcessId}.new";
        try
        {
            await File.WriteAllBytesAsync(draft, content, cancellation).ConfigureAwait(false);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(draft, File.GetUnixFileMode(target));
            }

            File.Move(draft, target, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{file}: {exception.Message}", "the file is as it was; leave --in-place out to get the result on standard output");
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
