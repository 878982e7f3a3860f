namespace DpuCluster.ApiServer.Admission;

/// <summary>A webhook could not be asked, or did not answer as it must: whether that ends the request is for its failure policy to say.</summary>
/// <param name="reason">What went wrong, as a real server words it.</param>
/// <param name="code">The status code that metrics show.</param>
/// <param name="isOfCall">Whether it is the call itself that failed, and not what was made of its answer.</param>
internal sealed class WebhookFailure(string reason, int code = 503, bool isOfCall = false) : Exception(reason)
{
    public int Code { get; } = code;

    public bool IsOfCall { get; } = isOfCall;
}
