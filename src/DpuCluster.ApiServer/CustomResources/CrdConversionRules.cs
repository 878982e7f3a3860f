using System.Text.Json.Nodes;
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
            CheckClient(client, errors);
            CheckReviewVersions(webhook?.Texts("conversionReviewVersions") ?? [], errors);
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

    private static void CheckClient(JsonObject? client, List<FieldError> errors)
    {
        const string path = "spec.conversion.webhookClientConfig";
        if (client is null)
        {
            errors.Add(FieldError.Required(path, "required when strategy is set to Webhook"));
            return;
        }

        var (url, service) = (client.OptionalText("url"), client.Map("service"));
        if (url is null == service is null)
        {
            errors.Add(FieldError.Required(path, "exactly one of url or service is required"));
        }
        else if (url is not null)
        {
            CheckUrl(url, FieldPath.Child(path, "url"), errors);
        }
        else
        {
            CheckService(service!, FieldPath.Child(path, "service"), errors);
        }
    }

    private static void CheckUrl(string url, string path, List<FieldError> errors)
    {
        const string form = "; desired format: https://host[/path]";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed))
        {
            errors.Add(FieldError.Required(path, "url must be a valid URL" + form));
            return;
        }

        if (parsed.Scheme != "https")
        {
            errors.Add(FieldError.Invalid(path, parsed.Scheme, "'https' is the only allowed URL scheme" + form));
        }

        if (parsed.Host.Length == 0)
        {
            errors.Add(FieldError.Invalid(path, parsed.Host, "host must be specified" + form));
        }

        if (parsed.UserInfo.Length > 0)
        {
            // The value may hold a password, and is not shown.
            errors.Add(FieldError.Invalid(path, "", "user information is not permitted in the URL"));
        }

        if (parsed.Fragment.Length > 0)
        {
            errors.Add(FieldError.Invalid(path, parsed.Fragment[1..], "fragments are not permitted in the URL"));
        }

        if (parsed.Query.Length > 0)
        {
            errors.Add(FieldError.Invalid(path, parsed.Query[1..], "query parameters are not permitted in the URL"));
        }
    }

    private static void CheckService(JsonObject service, string path, List<FieldError> errors)
    {
        if (service.Text("name").Length == 0)
        {
            errors.Add(FieldError.Required(FieldPath.Child(path, "name"), "service name is required"));
        }

        if (service.Text("namespace").Length == 0)
        {
            errors.Add(FieldError.Required(FieldPath.Child(path, "namespace"), "service namespace is required"));
        }

        if (JsonValues.TryGetInteger(service["port"], out var port) && port is < 1 or > 65535)
        {
            errors.Add(FieldError.Invalid(FieldPath.Child(path, "port"), port, "port is not valid: must be between 1 and 65535, inclusive"));
        }
    }

    private static void CheckReviewVersions(IReadOnlyList<string> versions, List<FieldError> errors)
    {
        const string path = "spec.conversion.conversionReviewVersions";
        if (versions.Count == 0)
        {
            errors.Add(FieldError.Required(path));
            return;
        }

        for (var i = 0; i < versions.Count; i++)
        {
            if (versions.Take(i).Contains(versions[i]))
            {
                errors.Add(FieldError.Invalid(FieldPath.Item(path, i), versions[i], "duplicate version"));
            }
            else
            {
                CrdNameRules.CheckLabel(versions[i], FieldPath.Item(path, i), errors);
            }
        }

        if (!versions.Any(version => version is "v1" or "v1beta1"))
        {
            errors.Add(FieldError.Invalid(path, new JsonArray([.. versions.Select(version => (JsonNode)version)]), "must include at least one of v1, v1beta1"));
        }
    }
}
