using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Client;

/// <summary>Where in a Secret the kubeconfig is.</summary>
internal static class SecretContent
{
    /// <summary>The first of the known keys that holds anything, with what it holds.</summary>
    /// <exception cref="DpuKubeconfigException">There is none, or it is too long.</exception>
    public static (string Key, byte[] Content) Find(Secret secret)
    {
        string? empty = null;
        foreach (var key in DpuKubeconfig.SecretKeys)
        {
            if (secret.Data?.GetValueOrDefault(key) is not { } content)
            {
                continue;
            }

            if (IsBlank(content))
            {
                // Somebody may fill it later; until then another key that is filled counts.
                empty ??= key;
                continue;
            }

            return content.Length <= DpuKubeconfig.MaxBytes
                ? (key, content)
                : throw new DpuKubeconfigException(
                    $"Secret {secret.Key}, key {key}: it has {content.Length} bytes, and a kubeconfig of more than 1 MiB is refused: "
                    + $"keep only what is needed, as `{KubeconfigReader.MinifyCommand}` does");
        }

        throw new DpuKubeconfigException(empty is null
            ? $"Secret {secret.Key} has none of the keys {string.Join(", ", DpuKubeconfig.SecretKeys)}: put the admin kubeconfig of the DPU cluster under admin.conf"
            : $"Secret {secret.Key}, key {empty}: it is empty: put the admin kubeconfig of the DPU cluster there");
    }

    private static bool IsBlank(ReadOnlySpan<byte> content) => content.IndexOfAnyExcept(" \t\r\n"u8) < 0;
}
