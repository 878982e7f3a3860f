using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Catalog.Kinds;

namespace DpuCluster.ApiServer.Admission;

/// <summary>One webhook of a stored configuration, ready to be asked. Immutable.</summary>
internal sealed class Webhook
{
    private const int DefaultTimeout = 10;

    /// <summary>Name, such as <c>pods.example.com</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What tells it from all others, of other configurations too.</summary>
    public required string Id { get; init; }

    public required WebhookRule[] Rules { get; init; }

    public required JsonObject? NamespaceSelector { get; init; }

    public required JsonObject? ObjectSelector { get; init; }

    public required MatchConditions Conditions { get; init; }

    /// <summary>Whether a webhook that cannot be asked is passed over (<c>failurePolicy: Ignore</c>).</summary>
    public required bool IgnoresFailure { get; init; }

    /// <summary>Whether it is also asked about the same objects under another version (<c>matchPolicy: Equivalent</c>).</summary>
    public required bool MatchesEquivalents { get; init; }

    /// <summary>Whether it is asked again when a later webhook has changed the object (<c>reinvocationPolicy: IfNeeded</c>).</summary>
    public required bool IsReinvoked { get; init; }

    /// <summary>Whether it may be asked when nothing is to be stored.</summary>
    public required bool AllowsDryRun { get; init; }

    /// <summary>The versions of <c>AdmissionReview</c> that it takes, the one it likes best first.</summary>
    public required string[] ReviewVersions { get; init; }

    public required WebhookClient Client { get; init; }

    /// <summary>Reads the webhooks of a configuration.</summary>
    public static Webhook[] ReadAll(JsonObject configuration, WebhookConnections connections)
    {
        var name = configuration.At("metadata", "name").AsText() ?? "";
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        return
        [
            .. configuration.Objects("webhooks").Select(hook =>
            {
                var hookName = hook.Text("name");
                var number = counts[hookName] = counts.GetValueOrDefault(hookName) + 1;
                return Read(hook, $"{name}/{hookName}/{number}", connections);
            }),
        ];
    }

    private static Webhook Read(JsonObject hook, string id, WebhookConnections connections) => new()
    {
        Name = hook.Text("name"),
        Id = id,
        Rules = [.. hook.Objects("rules").Select(WebhookRule.Read)],
        NamespaceSelector = Selector(hook.Object("namespaceSelector")),
        ObjectSelector = Selector(hook.Object("objectSelector")),
        Conditions = MatchConditions.Read(hook),
        IgnoresFailure = hook.Text("failurePolicy") == "Ignore",
        MatchesEquivalents = hook.Text("matchPolicy") != "Exact",
        IsReinvoked = hook.Text("reinvocationPolicy") == "IfNeeded",
        AllowsDryRun = hook.Text("sideEffects") is "None" or "NoneOnDryRun",
        ReviewVersions = [.. hook.Texts("admissionReviewVersions")],
        Client = new WebhookClient(connections, hook.Object("clientConfig") ?? [], TimeSpan.FromSeconds(hook.Whole("timeoutSeconds") ?? DefaultTimeout)),
    };

    // One that asks for nothing matches everything, and is not looked at.
    private static JsonObject? Selector(JsonObject? selector) => LabelSelectorValidation.IsEmpty(selector) ? null : selector;
}
