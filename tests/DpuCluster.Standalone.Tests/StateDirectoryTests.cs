using DpuCluster.Kubernetes;

namespace DpuCluster.Standalone.Tests;

public sealed class StateDirectoryTests : IDisposable
{
    private readonly StateRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("Site")]
    [InlineData("a b")]
    [InlineData("a234567890123456789012345678901234567890x")]
    public void Name_that_is_none_is_refused_with_what_is_allowed(string name)
    {
        var error = Should.Throw<UserErrorException>(() => StateDirectory.Take(name, _root.Path));

        error.Problem.ShouldContain($"\"{name}\"");
        error.Remedy.ShouldNotBeNull().ShouldContain("lower-case");
        Directory.EnumerateFileSystemEntries(_root.Path).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("a")]
    [InlineData("site-2")]
    [InlineData("a234567890123456789012345678901234567890")]
    public void Name_that_is_one_is_taken(string name)
    {
        using var state = StateDirectory.Take(name, _root.Path);

        state.Path.ShouldBe(_root.File(name));
    }

    [Fact]
    public void Name_is_taken_once_at_a_time_and_free_again_afterwards()
    {
        using (StateDirectory.Take("one", _root.Path))
        {
            Should.Throw<UserErrorException>(() => StateDirectory.Take("one", _root.Path)).Remedy.ShouldNotBeNull().ShouldContain("--name");
            StateDirectory.Take("two", _root.Path).Dispose();
        }

        StateDirectory.Take("one", _root.Path).Dispose();
    }

    [Fact]
    public void What_is_kept_is_there_for_the_next_and_for_nobody_else()
    {
        using (var state = StateDirectory.Take("one", _root.Path))
        {
            state.Recall("ca.key").ShouldBeNull();
            state.Keep("ca.key", "first, and longer");
            state.Keep("ca.key", "second");
        }

        using var next = StateDirectory.Take("one", _root.Path);
        next.Recall("ca.key").ShouldBe("second");
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(next.Path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.GetUnixFileMode(_root.File("one", "ca.key")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public void Root_that_is_no_directory_is_refused_with_a_remedy()
    {
        File.WriteAllText(_root.File("file"), "");

        Should.Throw<UserErrorException>(() => StateDirectory.Take("one", _root.File("file"))).Remedy.ShouldNotBeNull().ShouldContain("XDG_STATE_HOME");
    }
}
