using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace DpuCluster.ApiServer.Http;

/// <summary>In what shape an answer is wanted.</summary>
internal enum AnswerShape
{
    Object,
    Table,
    PartialObjectMetadata,
    PartialObjectMetadataList,

    /// <summary>Aggregated discovery.</summary>
    GroupDiscoveryList,
}

/// <summary>The form of an answer that a client accepts and this server can give.</summary>
/// <param name="IsYaml">YAML instead of JSON.</param>
/// <param name="Shape">What is answered.</param>
/// <param name="Version">Version of that shape, such as <c>v1</c>; empty for the object itself.</param>
/// <param name="Pretty">Whether it is laid out for people.</param>
internal sealed record MediaType(bool IsYaml, AnswerShape Shape, string Version, bool Pretty)
{
    private const string Accepted = "application/json, application/yaml, application/vnd.kubernetes.protobuf";

    /// <summary>The forms of streams: there is none in YAML.</summary>
    public const string AcceptedStreams = "application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch";

    public static MediaType Json { get; } = new(false, AnswerShape.Object, "", false);

    /// <summary>The first of the accepted forms that can be given.</summary>
    /// <exception cref="ApiException">406: none can.</exception>
    public static MediaType Negotiate(HttpRequest request, bool discovery = false)
    {
        var pretty = IsPretty(request);
        var accept = request.Headers.Accept.ToString();
        if (accept.Length == 0) return pretty ? Json with { Pretty = true } : Json;
        foreach (var range in accept.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).OrderByDescending(Quality).ThenBy(Openness))
        {
            if (Read(range, discovery) is { } found) return found with { Pretty = pretty };
        }

        throw ApiErrors.NotAcceptable(Accepted);
    }

    /// <summary>How much a client likes a form, from 0 to 1; 1 where it does not say.</summary>
    private static double Quality(string range)
    {
        foreach (var parameter in range.Split(';', StringSplitOptions.TrimEntries))
        {
            if (parameter.StartsWith("q=", StringComparison.Ordinal) && double.TryParse(parameter.AsSpan(2), NumberStyles.Float, CultureInfo.InvariantCulture, out var quality)) return quality;
        }

        return 1;
    }

    /// <summary>Of forms that are liked alike, one that is named goes before any of a kind.</summary>
    private static int Openness(string range) => range.StartsWith("*/", StringComparison.Ordinal) ? 2 : range.Split(';')[0].EndsWith("/*", StringComparison.Ordinal) ? 1 : 0;

    private static MediaType? Read(string range, bool discovery)
    {
        var parts = range.Split(';', StringSplitOptions.TrimEntries);
        var yaml = parts[0].ToLowerInvariant() switch
        {
            "application/json" or "*/*" or "application/*" => false,
            "application/yaml" => true,
            _ => (bool?)null,
        };
        if (yaml is null) return null;
        string shape = "", group = "", version = "";
        foreach (var parameter in parts.AsSpan(1))
        {
            var at = parameter.IndexOf('=', StringComparison.Ordinal);
            if (at < 0) continue;
            var value = parameter[(at + 1)..];
            switch (parameter[..at])
            {
                case "as": shape = value; break;
                case "g": group = value; break;
                case "v": version = value; break;
            }
        }

        if (shape.Length == 0) return new MediaType(yaml.Value, AnswerShape.Object, "", false);
        if (discovery)
        {
            return group == "apidiscovery.k8s.io" && shape == "APIGroupDiscoveryList" && version is "v2" or "v2beta1"
                ? new MediaType(yaml.Value, AnswerShape.GroupDiscoveryList, version, false)
                : null;
        }

        if (group != "meta.k8s.io" || version is not ("v1" or "v1beta1")) return null;
        return shape switch
        {
            "Table" => new MediaType(yaml.Value, AnswerShape.Table, version, false),
            "PartialObjectMetadata" => new MediaType(yaml.Value, AnswerShape.PartialObjectMetadata, version, false),
            "PartialObjectMetadataList" => new MediaType(yaml.Value, AnswerShape.PartialObjectMetadataList, version, false),
            _ => null,
        };
    }

    private static bool IsPretty(HttpRequest request)
    {
        if (request.Query.ContainsKey("pretty")) return QueryParameters.IsTrue(request.Query, "pretty");
        var agent = request.Headers.UserAgent.ToString();
        return agent.StartsWith("curl", StringComparison.Ordinal) || agent.StartsWith("Wget", StringComparison.Ordinal)
            || agent.StartsWith("Mozilla/5.0", StringComparison.Ordinal);
    }
}
