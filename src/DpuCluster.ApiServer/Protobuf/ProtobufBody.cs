using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Catalog.Types;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Protobuf;

/// <summary>Protobuf bodies of requests, as the JSON that a client could have sent instead.</summary>
internal static class ProtobufBody
{
    /// <summary>The media type.</summary>
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    // How much of a body an error shows.
    private const int Shown = 30;

    /// <summary>Whether requests to this place can have such bodies: all can but those that take custom resources.</summary>
    public static bool IsTaken(ResourceDefinition resource, string subresource) =>
        resource.IsBuiltIn || resource.Subresource(subresource)?.Kind is not null;

    /// <summary>The body of a create or an update.</summary>
    /// <param name="resource">What the request writes to.</param>
    /// <param name="subresource">Subresource that it writes to; empty for none.</param>
    /// <param name="body">The body.</param>
    /// <exception cref="ApiException">400: the body cannot be read.</exception>
    public static byte[] ToJson(ResourceDefinition resource, string subresource, byte[] body)
    {
        var below = resource.Subresource(subresource);
        var kind = below?.Kind ?? resource.Kind;
        var version = below?.Kind is null ? resource.ApiVersion : ApiVersionOf(below.Group ?? resource.Group, below.Version ?? resource.Version);
        return ObjectEncoder.EncodePlain(Read(body, version, kind, TypeLibrary.FindKind));
    }

    /// <summary>The body of a deletion. Any group has these options, under its own version.</summary>
    /// <exception cref="ApiException">400: the body cannot be read.</exception>
    public static JsonObject ReadDeleteOptions(byte[] body) =>
        Read(body, "v1", "DeleteOptions", static (_, kind) => kind == "DeleteOptions" ? TypeLibrary.Find("meta", kind) : null);

    private static JsonObject Read(byte[] body, string expectedVersion, string expectedKind, Func<string, string, TypeDefinition?> find)
    {
        string apiVersion = "", kind = "";
        try
        {
            var envelope = ProtobufEnvelope.Read(body);
            (apiVersion, kind) = (envelope.ApiVersion, envelope.Kind);
            if (apiVersion.Length == 0) apiVersion = expectedVersion;
            if (kind.Length == 0) kind = expectedKind;
            var obj = new JsonObject { ["kind"] = kind, ["apiVersion"] = apiVersion };

            // What is wrong with another kind than the expected one is said by whoever checks the kinds of JSON bodies.
            if (find(apiVersion, kind) is not { } type) return obj;
            var decoded = MessageDecoder.Decode(envelope.Raw, type);
            foreach (var (name, value) in decoded.ToList())
            {
                decoded.Remove(name);
                if (name is not ("kind" or "apiVersion")) obj[name] = value;
            }

            return obj;
        }
        catch (ProtobufException exception) when (kind.Length > 0)
        {
            var version = apiVersion[(apiVersion.IndexOf('/', StringComparison.Ordinal) + 1)..];
            throw ApiErrors.BadRequest($"{kind} in version \"{version}\" cannot be handled as a {expectedKind}: {exception.Message}");
        }
        catch (ProtobufException exception)
        {
            throw ApiErrors.BadRequest($"the object provided is unrecognized (must be of type {expectedKind}): {exception.Message} ({Summary(body)})");
        }
    }

    private static string Summary(byte[] body)
    {
        if (body.Length == 0) return "<empty>";
        return body.Length > Shown ? Convert.ToHexStringLower(body.AsSpan(0, Shown)) + " ..." : Convert.ToHexStringLower(body);
    }

    private static string ApiVersionOf(string group, string version) => group.Length == 0 ? version : $"{group}/{version}";
}
