using System.Text;

namespace DpuCluster.Cli.Tests.Migration;

/// <summary><c>dpucluster migrate</c> as a person calls it.</summary>
public sealed class MigrateCommandTests : IDisposable
{
    private const string Older = "# ours\r\napiVersion: provisioning.dpf.nvidia.com/v1alpha1\r\nkind: DPUCluster\r\nmetadata: {name: ü}";

    private readonly Executable _executable = new();

    public void Dispose() => _executable.Dispose();

    [Fact]
    public async Task File_goes_to_standard_output_and_stays_as_it_is()
    {
        var file = _executable.File("older.yaml", Older);

        var result = (await _executable.Run("migrate", "-f", file)).ShouldSucceed();

        result.Output.ShouldBe(Older.Replace(".dpf.", ".dpu.", StringComparison.Ordinal));
        result.Error.ShouldContain("1 DPUCluster rewritten");
        (await File.ReadAllTextAsync(file)).ShouldBe(Older);
    }

    [Fact]
    public async Task Standard_input_is_read()
    {
        var result = (await _executable.RunWith(Older, "migrate", "-f", "-")).ShouldSucceed();

        result.Output.ShouldBe(Older.Replace(".dpf.", ".dpu.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task File_is_rewritten_in_place_with_its_mode_and_byte_order_mark()
    {
        var file = _executable.File("older.yaml", "");
        await File.WriteAllTextAsync(file, Older, Encoding.UTF8);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        (await _executable.Run("migrate", "-f", file, "--in-place")).ShouldSucceed().Output.ShouldBeEmpty();

        (await File.ReadAllBytesAsync(file)).ShouldBe([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Older.Replace(".dpf.", ".dpu.", StringComparison.Ordinal))]);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        Directory.GetFiles(Path.GetDirectoryName(file)!).ShouldNotContain(name => name.EndsWith(".new", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a: b\n---\nkind: [x\n", ":4:")]
    [InlineData("apiVersion: provisioning.dpf.nvidia.com/v2\nkind: DPUCluster\n", ":1:")]
    public async Task Bad_input_is_refused_with_file_and_line_and_nothing_is_written(string text, string line)
    {
        var file = _executable.File("bad.yaml", text);

        foreach (var inPlace in new[] { "--in-place=false", "--in-place" })
        {
            var result = await _executable.Run("migrate", "-f", file, inPlace);

            result.ExitCode.ShouldBe(2);
            result.Output.ShouldBeEmpty();
            result.Error.ShouldContain(file + line);
            result.Error.ShouldNotContain("   at ");
        }

        (await File.ReadAllTextAsync(file)).ShouldBe(text);
    }

    [Fact]
    public async Task File_that_is_not_UTF_8_is_refused_with_its_line()
    {
        var file = _executable.File("latin.yaml", "");
        await File.WriteAllBytesAsync(file, [.. "a: b\nc: "u8, 0xFC, .. "\n"u8]);

        var result = await _executable.Run("migrate", "-f", file);

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain($"{file}:2: it is not valid UTF-8");
    }
}
