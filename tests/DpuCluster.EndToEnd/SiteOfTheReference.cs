namespace DpuCluster.EndToEnd;

/// <summary>An environment beside which a test runs both cluster managers itself, with the rights that the reference implementation gives its own.</summary>
public sealed class SiteOfTheReference() : Site(inProcess: true, "--without", "kamaji-cluster-manager", "--without", "static-cluster-manager");
