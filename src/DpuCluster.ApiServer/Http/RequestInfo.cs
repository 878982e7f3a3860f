using Microsoft.AspNetCore.Http;

namespace DpuCluster.ApiServer.Http;

/// <summary>What a request asks for, read from its method and path: the vocabulary of authorization.</summary>
internal sealed record RequestInfo
{
    public required string Path { get; init; }

    /// <summary><c>get</c>, <c>list</c>, <c>watch</c>, <c>create</c>, <c>update</c>, <c>patch</c>, <c>delete</c> or <c>deletecollection</c>; for other paths the method in lower case.</summary>
    public required string Verb { get; init; }

    /// <summary>Whether the path names objects (<c>/api/…</c>, <c>/apis/…</c> below a version).</summary>
    public bool IsResource { get; init; }

    public string Group { get; init; } = "";

    public string Version { get; init; } = "";

    /// <summary>Namespace; empty for none.</summary>
    public string Namespace { get; init; } = "";

    public string Resource { get; init; } = "";

    public string Subresource { get; init; } = "";

    /// <summary>Name of the object; empty for the collection.</summary>
    public string Name { get; init; } = "";

    /// <summary>The one name whose object a list or watch asks for by field selector: who may only see that object may ask so; empty for none.</summary>
    public string SelectedName { get; init; } = "";

    /// <summary>How many segments of the path are not understood.</summary>
    public int Extra { get; init; }

    public static RequestInfo Read(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        var method = request.Method;
        var plain = new RequestInfo { Path = path, Verb = method.ToLowerInvariant() };
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 3 || parts[0] is not ("api" or "apis")) return plain;

        var core = parts[0] == "api";
        if (!core && parts.Length < 4) return plain;
        var at = core ? 2 : 3;
        var verb = method switch
        {
            "POST" => "create",
            "GET" or "HEAD" => "get",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" => "delete",
            _ => method.ToLowerInvariant(),
        };

        // The old form of a watch, with the word in the path.
        if (parts[at] == "watch")
        {
            verb = "watch";
            if (++at >= parts.Length) return plain;
        }

        var ns = "";
        if (parts[at] == "namespaces" && parts.Length > at + 1)
        {
            ns = parts[at + 1];
            // Below a namespace stand its objects, but for the two subresources that it has itself.
            if (parts.Length > at + 2 && parts[at + 2] is not ("status" or "finalize")) at += 2;
        }

        var rest = parts.Length - at;
        var name = rest > 1 ? parts[at + 1] : "";
        if (name.Length == 0)
        {
            if (verb == "get") verb = QueryParameters.IsTrue(request.Query, "watch") ? "watch" : "list";
            else if (verb == "delete") verb = "deletecollection";
        }

        return new RequestInfo
        {
            Path = path,
            Verb = verb,
            IsResource = true,
            Group = core ? "" : parts[1],
            Version = core ? parts[1] : parts[2],
            Namespace = ns,
            Resource = parts[at],
            Name = name,
            SelectedName = name.Length == 0 ? NameSelected(QueryParameters.Get(request.Query, "fieldSelector")) : "",
            Subresource = rest > 2 ? parts[at + 2] : "",
            Extra = Math.Max(0, rest - 3),
        };
    }

    private static string NameSelected(string selector)
    {
        foreach (var term in selector.Split(','))
        {
            if (term.StartsWith("metadata.name=", StringComparison.Ordinal)) return term["metadata.name=".Length..].TrimStart('=');
        }

        return "";
    }
}
