namespace DpuCluster.ClusterManager.Kamaji;

/// <summary>How the Kamaji cluster manager makes what it makes.</summary>
public sealed record KamajiOptions
{
    /// <summary>
    /// This project's own image, which has the executable <c>dpucluster</c> on its path: it runs beside keepalived and checks the API
    /// server for it. Default: <c>dpucluster:</c> and the version of this program.
    /// </summary>
    public string Image { get; init; } = DefaultImage;

    /// <summary>
    /// Image that has <c>keepalived</c> (2.0.11 or newer) on its path; nothing else of it is used, no shell and no other program.
    /// <see langword="null"/>: <see cref="Image"/>.
    /// </summary>
    public string? KeepalivedImage { get; init; }

    /// <summary>
    /// Secrets that the images are pulled with. They are looked for in the namespace of each DPUCluster; where there is none of the name, it is
    /// passed over.
    /// </summary>
    public IReadOnlyList<string> ImagePullSecrets { get; init; } = [];

    /// <summary>This project's image of the same version as this program.</summary>
    public static string DefaultImage { get; } = $"dpucluster:{typeof(KamajiOptions).Assembly.GetName().Version?.ToString(3) ?? "latest"}";
}
