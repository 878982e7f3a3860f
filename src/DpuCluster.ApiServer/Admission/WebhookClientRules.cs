using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.CustomResources;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Admission;

/// <summary>What a configuration may say of where a webhook is and what it understands; the same for admission and for conversion.</summary>
internal static class WebhookClientRules
{
    /// <summary>Appends what is wrong with a <c>clientConfig</c>.</summary>
    public static void Check(JsonObject client, string path, ICollection<FieldError> errors)
    {
        var (url, service) = (client["url"].AsText(), client.Object("service"));
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

    /// <summary>Appends what is wrong with the review versions that a webhook takes.</summary>
    /// <param name="versions">The versions.</param>
    /// <param name="path">Where they stand.</param>
    /// <param name="required">What to say when there is none.</param>
    /// <param name="errors">Takes the errors.</param>
    public static void CheckReviewVersions(IReadOnlyList<string> versions, string path, string required, ICollection<FieldError> errors)
    {
        if (versions.Count == 0)
        {
            errors.Add(FieldError.Required(path, required));
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

    private static void CheckUrl(string url, string path, ICollection<FieldError> errors)
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

    private static void CheckService(JsonObject service, string path, ICollection<FieldError> errors)
    {
        if (service["name"].AsText() is not { Length: > 0 })
        {
            errors.Add(FieldError.Required(FieldPath.Child(path, "name"), "service name is required"));
        }

        if (service["namespace"].AsText() is not { Length: > 0 })
        {
            errors.Add(FieldError.Required(FieldPath.Child(path, "namespace"), "service namespace is required"));
        }

        if (JsonValues.TryGetInteger(service["port"], out var port) && port is < 1 or > 65535)
        {
            errors.Add(FieldError.Invalid(FieldPath.Child(path, "port"), port, "port is not valid: must be between 1 and 65535, inclusive"));
        }

        if (service["path"].AsText() is { } url and not ("" or "/")) CheckPath(url, FieldPath.Child(path, "path"), errors);
    }

    private static void CheckPath(string url, string path, ICollection<FieldError> errors)
    {
        if (url == "//")
        {
            errors.Add(FieldError.Invalid(path, url, "segment[0] may not be empty"));
            return;
        }

        if (!url.StartsWith('/')) errors.Add(FieldError.Invalid(path, url, "must start with a '/'"));
        var segments = url[1..];
        if (segments.EndsWith('/')) segments = segments[..^1];
        var i = 0;
        foreach (var segment in segments.Split('/'))
        {
            if (segment.Length == 0) errors.Add(FieldError.Invalid(path, url, $"segment[{i}] may not be empty"));
            else
                foreach (var wrong in ObjectNames.Dns1123Subdomain(segment)) errors.Add(FieldError.Invalid(path, url, $"segment[{i}]: {wrong}"));
            i++;
        }
    }
}
