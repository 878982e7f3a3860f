namespace DpuCluster.Controllers.Hosting;

/// <summary>The namespace of the pod that this process is.</summary>
internal static class PodNamespace
{
    private const string File = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";
    private const string Fallback = "dpf-operator-system";

    /// <summary>Reads it; outside of a pod it is the one that everything is installed into.</summary>
    public static string Read()
    {
        try
        {
            return System.IO.File.Exists(File) && System.IO.File.ReadAllText(File).Trim() is { Length: > 0 } ns ? ns : Fallback;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not in a pod, or in one that keeps its token to itself.
            return Fallback;
        }
    }
}
