using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Admission;

/// <summary>What webhooks see of an object through a subresource that shows it in another form (<c>scale</c>).</summary>
/// <param name="Kind">Kind of that form.</param>
/// <param name="Show">Makes the form of an object.</param>
/// <param name="Take">Takes over into the object what a webhook has changed of the form.</param>
internal sealed record AdmissionView(ReviewedKind Kind, Func<JsonObject, JsonObject> Show, Action<JsonObject, JsonObject> Take);
