using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Http;

/// <summary>A request ends with a <c>Status</c> that says why.</summary>
internal sealed class ApiException : Exception
{
    public ApiException(int code, string reason, string message, JsonObject? details = null)
        : base(message)
    {
        Code = code;
        Reason = reason;
        Details = details;
    }

    public int Code { get; }

    /// <summary>For programs; empty for none.</summary>
    public string Reason { get; }

    public JsonObject? Details { get; }

    /// <summary>Token with which a list that cannot be continued consistently may be continued at all; null for none.</summary>
    public string? Continue { get; init; }

    /// <summary>The <c>Status</c> as it is sent.</summary>
    public JsonObject ToStatus()
    {
        var metadata = new JsonObject();
        if (Continue is not null) metadata["continue"] = Continue;
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = metadata,
            ["status"] = "Failure",
        };
        if (Message.Length > 0) status["message"] = Message;
        if (Reason.Length > 0) status["reason"] = Reason;
        if (Details is not null) status["details"] = Details.DeepClone();
        status["code"] = Code;
        return status;
    }
}
