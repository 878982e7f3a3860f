namespace DpuCluster.EndToEnd;

/// <summary>An environment as a user starts it: the controllers run as pods, each a process of its own.</summary>
public sealed class SiteOfPods() : Site(inProcess: false);
