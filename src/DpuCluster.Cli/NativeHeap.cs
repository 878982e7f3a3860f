using System.Runtime.InteropServices;

namespace DpuCluster.Cli;

/// <summary>The heap of native libraries: of TLS, above all. What is said here is for glibc; other C libraries have nothing of the kind.</summary>
internal static partial class NativeHeap
{
    private const string OwnSetting = "MALLOC_ARENA_MAX";

    // M_ARENA_MAX in glibc's malloc.h.
    private const int ArenaMax = -8;
    private const int Arenas = 2;

    /// <summary>
    /// Keeps glibc from making eight arenas for every processor. What one arena has free serves no other, so that each grows to what was ever
    /// needed at a time by the threads that happen to use it: a process whose connections break all the time would hold as much again free as
    /// it uses. Those that the runtime has made before remain: where there shall be none, <c>MALLOC_ARENA_MAX</c> is set, and decides.
    /// </summary>
    public static void LimitArenas()
    {
        if (Environment.GetEnvironmentVariable(OwnSetting) is not { Length: > 0 })
        {
            Try(static () => _ = SetOption(ArenaMax, Arenas));
        }
    }

    /// <summary>Gives the system back what is free. Safe at any time; takes some milliseconds.</summary>
    public static void GiveBack() => Try(static () => _ = Trim(0)); // It answers whether there was anything to give back.

    private static void Try(Action call)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            call();
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            // Not glibc.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetOption(int option, int value);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Trim(nuint keep);
}
