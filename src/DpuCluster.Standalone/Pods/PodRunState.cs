namespace DpuCluster.Standalone.Pods;

/// <summary>How the container of a pod that is run does.</summary>
/// <param name="Since">Since when it runs, or does not.</param>
/// <param name="IsRunning">Whether it runs; otherwise it waits to be started again.</param>
/// <param name="IsReady">Whether it says that it can do its work.</param>
/// <param name="Restarts">How often it was started again.</param>
/// <param name="Trouble">Why it does not run, for people.</param>
internal sealed record PodRunState(DateTimeOffset Since, bool IsRunning, bool IsReady, int Restarts, string? Trouble);
