using System.Runtime.InteropServices;

namespace DpuCluster.Cli;

/// <summary>The heap of native libraries: of TLS, above all.</summary>
internal static class NativeHeap
{
    private const string OwnSetting = "MALLOC_ARENA_MAX";

    // M_ARENA_MAX in glibc's malloc.h.
    private const int ArenaMax = -8;
    private const int Arenas = 2;

    /// <summary>
    /// Keeps glibc from making eight arenas for every processor. What one arena has free serves no other, so that each grows to what was ever
    /// needed at a time by the threads that happen to use it: a process whose connections break all the time would hold as much again free as
    /// it uses. Those that the runtime has made before remain: where there shall be none, <c>MALLOC_ARENA_MAX</c> is set, and decides. Other C
    /// libraries have no arenas.
    /// </summary>
    public static void LimitArenas()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable(OwnSetting) is { Length: > 0 })
        {
            return;
        }

        try
        {
            _ = Native.SetOption(ArenaMax, Arenas);
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            // Not glibc.
        }
    }

    private static class Native
    {
        [DllImport("libc", EntryPoint = "mallopt")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int SetOption(int option, int value);
    }
}
