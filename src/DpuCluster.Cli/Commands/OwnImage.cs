using System.CommandLine;
using DpuCluster.ClusterManager.Kamaji;
using DpuCluster.Operator.Components;

namespace DpuCluster.Cli.Commands;

/// <summary>The options of processes that make pods: which images these get. An installer says it by environment variables.</summary>
internal sealed class OwnImage
{
    private readonly Option<string?> _image;

    private readonly Option<string?> _keepalived = new("--keepalived-image")
    {
        Description = "Image with keepalived on its path; no shell or other program is needed. "
            + $"Default: {ComponentImages.KeepalivedVariable}, or this project's image.",
        HelpName = "IMAGE",
    };

    /// <param name="purpose">What this project's image is needed for.</param>
    public OwnImage(string purpose) => _image = new("--image")
    {
        Description = $"This project's image, {purpose}. Default: {ComponentImages.OwnVariable}, or dpucluster with this version.",
        HelpName = "IMAGE",
    };

    public void AddTo(Command command)
    {
        command.Add(_image);
        command.Add(_keepalived);
    }

    /// <summary>This project's image.</summary>
    public string Image(ParseResult parsed) => Given(parsed, _image, ComponentImages.OwnVariable) ?? KamajiOptions.DefaultImage;

    /// <summary>Image with keepalived; <see langword="null"/> where nobody says.</summary>
    public string? Keepalived(ParseResult parsed) => Given(parsed, _keepalived, ComponentImages.KeepalivedVariable);

    /// <summary>Secrets that images are pulled with.</summary>
    public static IReadOnlyList<string> PullSecrets() =>
        (Environment.GetEnvironmentVariable(ComponentImages.PullSecretsVariable) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string? Given(ParseResult parsed, Option<string?> option, string variable) =>
        NotEmpty(parsed.GetValue(option)) ?? NotEmpty(Environment.GetEnvironmentVariable(variable));

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
