using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Admission;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>How a CustomResourceDefinition says its versions are converted. Errors name the fields as kube-apiserver has them in memory.</summary>
internal static class CrdConversionRules
{
    private static readonly string[] Strategies = ["None", "Webhook"];

    public static void Check(JsonObject? conversion, List<FieldError> errors)
    {
        if (conversion is null)
        {
            return;
        }

        var strategy = conversion.Text("strategy");
        if (strategy.Length == 0)
        {
            errors.Add(FieldError.Required("spec.conversion.strategy"));
        }
        else if (!Strategies.Contains(strategy))
        {
            errors.Add(FieldError.NotSupported("spec.conversion.strategy", strategy, Strategies));
        }

        var webhook = conversion.Map("webhook");
        var client = webhook?.Map("clientConfig");
        if (strategy == "Webhook")
        {
            if (client is null) errors.Add(FieldError.Required("spec.conversion.webhookClientConfig", "required when strategy is set to Webhook"));
            else WebhookClientRules.Check(client, "spec.conversion.webhookClientConfig", errors);
            WebhookClientRules.CheckReviewVersions(webhook?.Texts("conversionReviewVersions") ?? [], "spec.conversion.conversionReviewVersions", "", errors);
            return;
        }

        const string notSet = "should not be set when strategy is not set to Webhook";
        if (client is not null)
        {
            errors.Add(FieldError.Forbidden("spec.conversion.webhookClientConfig", notSet));
        }

        if (webhook?.Texts("conversionReviewVersions").Count > 0)
        {
            errors.Add(FieldError.Forbidden("spec.conversion.conversionReviewVersions", notSet));
        }
    }
}
