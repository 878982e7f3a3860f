using System.Diagnostics.Metrics;

namespace DpuCluster.Controllers.Hosting;

/// <summary>The customary figures of a process.</summary>
internal static class ProcessMetrics
{
    private const string OpenFiles = "/proc/self/fd";

    public static void AddTo(Meter meter)
    {
        var started = (DateTimeOffset.UtcNow - TimeSpan.FromMilliseconds(Environment.TickCount64 - StartTicks())).ToUnixTimeMilliseconds() / 1000.0;
        meter.CreateObservableGauge("process_start_time_seconds", () => started, description: "When the process started, in seconds since 1970.");
        meter.CreateObservableGauge("process_resident_memory_bytes", () => Environment.WorkingSet, description: "Resident memory.");
        meter.CreateObservableCounter(
            "process_cpu_seconds_total",
            () => OperatingSystem.IsLinux() || OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? Environment.CpuUsage.TotalTime.TotalSeconds : 0,
            description: "Processor time used, in seconds.");
        meter.CreateObservableGauge("dotnet_gc_heap_bytes", () => GC.GetTotalMemory(forceFullCollection: false), description: "Managed memory in use.");
        if (Directory.Exists(OpenFiles))
        {
            meter.CreateObservableGauge("process_open_fds", () => Directory.EnumerateFileSystemEntries(OpenFiles).Count(), description: "Open file descriptors.");
        }
    }

    private static long StartTicks()
    {
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        return Environment.TickCount64 - (long)(DateTime.Now - self.StartTime).TotalMilliseconds;
    }
}
