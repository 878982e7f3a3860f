using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Selectors;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Resources;

/// <summary>One page of a list.</summary>
/// <param name="Items">Its objects.</param>
/// <param name="Revision">The state that it shows.</param>
/// <param name="Continue">Token of the next page; null on the last.</param>
/// <param name="Remaining">How many objects follow, where that is known without looking at each.</param>
internal sealed record ListPage(IReadOnlyList<StoredObject> Items, long Revision, string? Continue, long? Remaining)
{
    /// <summary>Reads a page.</summary>
    public static ListPage Read(ObjectStore store, ResourceDefinition resource, ListOptions options)
    {
        var collection = store.Collection(resource.StorageKey);
        var filter = options.Filter;
        var snapshot = store.List(collection);
        var startName = "";
        var startNamespace = filter.Namespace;
        if (options.Continue.Length > 0 && !IsOfOne(filter, resource))
        {
            (var revision, startNamespace, startName) = ContinueToken.Parse(options.Continue, filter.Namespace, resource);
            if (options.ResourceVersion is not ("" or "0")) throw ApiErrors.BadRequest("specifying resource version is not allowed when using continue");
            if (revision > 0)
            {
                var state = revision > snapshot.Revision ? null : store.StateAt(collection, revision);
                snapshot = new Snapshot(revision, state ?? throw Forgotten(startNamespace, startName, filter.Namespace, resource));
            }
        }
        else if (options.ResourceVersion.Length > 0)
        {
            var asked = RevisionOf(options);
            if (asked > snapshot.Revision) throw ApiErrors.TooLargeResourceVersion(asked, snapshot.Revision);
            if (options.ResourceVersionMatch == "Exact" || (options.ResourceVersionMatch.Length == 0 && options.Limit > 0 && asked > 0))
            {
                var state = store.StateAt(collection, asked);
                snapshot = new Snapshot(asked, state ?? throw ApiErrors.Expired("The resourceVersion for the provided list is too old."));
            }
        }

        return Page(store, collection, resource, options, snapshot, startNamespace, startName);
    }

    /// <summary>Whether there can be one object at most; then there are no pages, and nothing that continues is looked at.</summary>
    private static bool IsOfOne(ObjectFilter filter, ResourceDefinition resource) => filter.Name is not null && (filter.Namespace.Length > 0 || !resource.Namespaced);

    private static long RevisionOf(ListOptions options)
    {
        try
        {
            return options.Revision;
        }
        catch (ApiException exception)
        {
            throw ApiErrors.BadRequest($"invalid resource version: {exception.Message}");
        }
    }

    private static ListPage Page(
        ObjectStore store, StoreCollection collection, ResourceDefinition resource, ListOptions options, Snapshot snapshot, string startNamespace, string startName)
    {
        var filter = options.Filter;
        var objects = snapshot.Objects;
        var items = new List<StoredObject>();
        if (IsOfOne(filter, resource))
        {
            var index = ObjectStore.LowerBound(objects, filter.Namespace, filter.Name!);
            if (index < objects.Count && filter.Matches(objects[index])) items.Add(objects[index]);
            return new ListPage(items, snapshot.Revision, null, null);
        }

        var limit = options.Limit > 0 ? options.Limit : long.MaxValue;
        var from = startNamespace.Length == 0 && startName.Length == 0 ? 0 : ObjectStore.LowerBound(objects, startNamespace, startName);
        var whole = from == 0 && filter.Namespace.Length == 0 && limit == long.MaxValue;
        if (whole)
        {
            foreach (var obj in objects)
            {
                if (filter.Matches(obj)) items.Add(obj);
            }

            return new ListPage(items, snapshot.Revision, null, null);
        }

        for (var i = from; i < objects.Count; i++)
        {
            var obj = objects[i];
            if (filter.Namespace.Length > 0 && obj.Namespace != filter.Namespace) break;
            if (!filter.Matches(obj)) continue;
            if (items.Count == limit)
            {
                store.Keep(collection, snapshot);
                return new ListPage(items, snapshot.Revision, ContinueToken.Make(snapshot.Revision, filter.Namespace, items[^1]),
                    filter.IsSelective ? null : End(objects, filter.Namespace) - i);
            }

            items.Add(obj);
        }

        return new ListPage(items, snapshot.Revision, null, null);
    }

    private static int End(System.Collections.Immutable.ImmutableSortedSet<StoredObject> objects, string ns) =>
        ns.Length == 0 ? objects.Count : ObjectStore.LowerBound(objects, ns, "\uffff");

    private static ApiException Forgotten(string ns, string name, string requestNamespace, ResourceDefinition resource) =>
        new(410, "Expired",
            "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.")
        {
            Continue = ContinueToken.Make(-1, requestNamespace, ns, resource.Namespaced, name),
        };
}

/// <summary>Where the next page of a list starts: opaque to clients, but of the same making as a real server's.</summary>
internal static class ContinueToken
{
    public static string Make(long revision, string requestNamespace, StoredObject last) =>
        Make(revision, requestNamespace, last.Namespace, last.Namespace.Length > 0, last.Name + "\0");

    public static string Make(long revision, string requestNamespace, string ns, bool namespaced, string name)
    {
        // The start is relative to the place that is listed.
        var start = requestNamespace.Length > 0 || !namespaced ? name : $"{ns}/{name}";
        var json = new JsonObject { ["v"] = "meta.k8s.io/v1", ["rv"] = revision, ["start"] = start };
        return Convert.ToBase64String(ObjectEncoder.EncodePlain(json)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    public static (long Revision, string Namespace, string Name) Parse(string token, string requestNamespace, ResourceDefinition resource)
    {
        byte[] json;
        try
        {
            json = Convert.FromBase64String(token.Replace('-', '+').Replace('_', '/') + new string('=', (4 - token.Length % 4) % 4));
        }
        catch (FormatException)
        {
            throw Invalid($"continue key is not valid: illegal base64 data at input byte {BadByte(token)}");
        }

        JsonObject? read;
        try
        {
            read = JsonNode.Parse(json) as JsonObject;
        }
        catch (JsonException)
        {
            throw Invalid($"continue key is not valid: {Complaint(json)}");
        }

        var version = (read?["v"] as JsonValue)?.ToString() ?? "";
        if (version != "meta.k8s.io/v1") throw Invalid($"continue key is not valid: server does not recognize this encoded version {version}");
        if (read!["rv"] is not JsonValue value || !value.TryGetValue(out long revision) || revision == 0)
        {
            throw Invalid("continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
        }

        var start = (read["start"] as JsonValue)?.ToString() ?? "";
        if (start.Length == 0) throw Invalid("continue key is not valid: encoded start key empty (version meta.k8s.io/v1)");
        if (requestNamespace.Length > 0 || !resource.Namespaced) return (revision, requestNamespace, start);
        var slash = start.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (revision, start, "") : (revision, start[..slash], start[(slash + 1)..]);
    }

    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static int BadByte(string token)
    {
        var bad = token.AsSpan().IndexOfAnyExcept(TokenCharacters);
        return bad < 0 ? token.Length : bad;
    }

    private static string Complaint(byte[] json)
    {
        if (json.Length == 0) return "unexpected end of JSON input";
        var first = (char)json[0];
        var shown = first is >= ' ' and < (char)0x7f ? first.ToString() : $"\\u{(int)first:x4}";
        if (first < ' ') shown = string.Create(CultureInfo.InvariantCulture, $"\\x{(int)first:x2}");
        return first is '{' or '[' or '"' or >= '0' and <= '9'
            ? "unexpected end of JSON input"
            : $"invalid character '{shown}' looking for beginning of value";
    }

    private static ApiException Invalid(string why) => ApiErrors.BadRequest($"invalid continue token: {why}");
}
