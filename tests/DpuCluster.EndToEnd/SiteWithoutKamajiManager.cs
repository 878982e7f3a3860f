namespace DpuCluster.EndToEnd;

/// <summary>An environment beside which a test runs the Kamaji cluster manager itself.</summary>
public sealed class SiteWithoutKamajiManager() : Site(inProcess: true, "--without", "kamaji-cluster-manager");
