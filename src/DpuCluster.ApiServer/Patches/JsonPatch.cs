using System.Globalization;
using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ApiServer.Patches;

/// <summary>
/// JSON Patch (RFC 6902) as kube-apiserver does it, whose library differs from the RFC in what it forgives: <c>replace</c>
/// of a missing key adds it, and a negative index counts from the end of the list.
/// </summary>
internal static class JsonPatch
{
    /// <summary>How many operations one patch may have.</summary>
    public const int MaxOperations = 10_000;

    /// <summary>How much one patch may copy, as a body may have: copies of copies would double with every operation.</summary>
    private const int MaxCopied = 3 * 1024 * 1024;

    /// <summary>Reads a patch.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="strictErrors">Gets what is to be warned of, or refused, by <c>fieldValidation</c>.</param>
    /// <exception cref="KubernetesException">400 when it is not a list of operations, 413 when it has too many.</exception>
    public static JsonArray Parse(ReadOnlySpan<byte> text, ICollection<string>? strictErrors = null)
    {
        JsonNode? node;
        var duplicates = strictErrors is null ? null : new List<string>();
        try
        {
            node = JsonText.Parse(text, duplicates);
        }
        catch (FormatException e)
        {
            throw PatchErrors.BadRequest($"error decoding patch: {e.Message}");
        }
        if (node is null)
            return [];
        const string type = "handlers.jsonPatchOp";
        if (node is not JsonArray operations)
            throw PatchErrors.BadRequest($"error decoding patch: json: cannot unmarshal {JsonText.GoKind(node)} into Go value of type []{type}");
        foreach (var operation in operations)
        {
            if (operation is null)
                continue;
            if (operation is not JsonObject fields)
                throw PatchErrors.BadRequest($"error decoding patch: json: cannot unmarshal {JsonText.GoKind(operation)} into Go value of type {type}");
            foreach (var name in (ReadOnlySpan<string>)["op", "path", "from"])
            {
                if (fields[name] is { } value && value.GetValueKind() != System.Text.Json.JsonValueKind.String)
                {
                    throw PatchErrors.BadRequest(
                        $"error decoding patch: json: cannot unmarshal {JsonText.GoKind(value)} into Go struct field jsonPatchOp.{name} of type string");
                }
            }
        }
        if (strictErrors is not null)
        {
            var unknown = operations.SelectMany((operation, i) => (operation as JsonObject ?? [])
                .Where(field => field.Key is not ("op" or "path" or "from" or "value"))
                .Select(field => $"unknown field \"[{i}].{field.Key}\""));
            foreach (var error in duplicates!.Concat(unknown))
                strictErrors.Add($"json patch {error}");
        }
        if (operations.Count > MaxOperations)
            throw PatchErrors.TooLarge($"The allowed maximum operations in a JSON patch is {MaxOperations}, got {operations.Count}");
        return operations;
    }

    /// <summary>Applies a patch.</summary>
    /// <param name="document">Object to patch; stays as it is.</param>
    /// <param name="operations">What <see cref="Parse"/> gave; stays as it is.</param>
    /// <exception cref="KubernetesException">422 when an operation does not fit the object, or a test fails.</exception>
    public static JsonNode Apply(JsonNode document, JsonArray operations)
    {
        var root = document.DeepClone();
        var copied = 0L;
        foreach (var node in operations)
        {
            var operation = node as JsonObject ?? [];
            var op = Text(operation, "op") ?? "unknown";
            switch (op)
            {
                case "add":
                    Add(root, operation, "add", Pointer(operation, "path", op), operation["value"]?.DeepClone());
                    break;
                case "remove":
                    {
                        var (container, key) = Find(root, Pointer(operation, "path", op), op);
                        Remove(container, key, op);
                        break;
                    }
                case "replace":
                    root = Replace(root, operation);
                    break;
                case "move":
                    {
                        var (container, key) = Find(root, Pointer(operation, "from", op), op);
                        var value = Get(container, key, op)?.DeepClone();
                        Remove(container, key, op);
                        Add(root, operation, op, Pointer(operation, "path", op), value);
                        break;
                    }
                case "copy":
                    {
                        var (container, key) = Find(root, Pointer(operation, "from", op), op);
                        var value = Get(container, key, op)?.DeepClone();
                        copied += value?.ToJsonString().Length ?? 0;
                        if (copied > MaxCopied)
                            throw PatchErrors.TooLarge($"The accumulated size of what a JSON patch copies must not exceed {MaxCopied} bytes");
                        Add(root, operation, op, Pointer(operation, "path", op), value);
                        break;
                    }
                case "test":
                    Test(root, operation);
                    break;
                default:
                    throw PatchErrors.DoesNotApply($"Unexpected kind: {op}");
            }
        }
        return root;
    }

    private static JsonNode Replace(JsonNode root, JsonObject operation)
    {
        var path = Pointer(operation, "path", "replace");
        if (path.Length == 0)
        {
            return operation["value"] is JsonObject or JsonArray
                ? operation["value"]!.DeepClone()
                : throw PatchErrors.DoesNotApply("replace operation value must be object or array");
        }
        var (container, key) = Find(root, path, "replace");
        if (container is JsonObject o)
            o[key] = operation["value"]?.DeepClone();
        else
            container.AsArray()[Index(container.AsArray(), key, container.AsArray().Count, "replace")] = operation["value"]?.DeepClone();
        return root;
    }

    private static void Test(JsonNode root, JsonObject operation)
    {
        var path = Pointer(operation, "path", "test");
        JsonNode? value = root;
        if (path.Length > 0)
        {
            var (container, key) = Find(root, path, "test");
            value = Get(container, key, "test");
        }
        if (!JsonEquality.AreEqual(value, operation["value"]))
            throw PatchErrors.DoesNotApply($"testing value {path} failed: test failed");
    }

    private static int Depth(JsonNode? node) => node switch
    {
        JsonObject { Count: > 0 } o => 1 + o.Max(field => Depth(field.Value)),
        JsonArray { Count: > 0 } list => 1 + list.Max(Depth),
        _ => 1,
    };

    private static void Add(JsonNode root, JsonObject operation, string op, string path, JsonNode? value)
    {
        var (container, key) = Find(root, path, op);
        if (path.AsSpan().Count('/') + Depth(value) > JsonText.MaxDepth)
            throw PatchErrors.DoesNotApply("exceeded max depth");
        if (container is JsonObject o)
        {
            o[key] = value;
            return;
        }
        var list = container.AsArray();
        if (key == "-")
            list.Add(value);
        else
            list.Insert(Index(list, key, list.Count + 1, op), value);
    }

    private static JsonNode? Get(JsonNode container, string key, string op) =>
        container is JsonArray list ? list[Index(list, key, list.Count, op)] : container.AsObject()[key];

    private static void Remove(JsonNode container, string key, string op)
    {
        if (container is JsonArray list)
            list.RemoveAt(Index(list, key, list.Count, op));
        else if (!container.AsObject().Remove(key))
            throw PatchErrors.DoesNotApply($"error in {op} for path: Unable to remove nonexistent key: {key}: missing value");
    }

    private static int Index(JsonArray list, string key, int count, string op)
    {
        if (!int.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
            throw PatchErrors.DoesNotApply($"error in {op}: value was not a proper array index: '{key}'");
        if (index < 0)
            index += count;
        return index >= 0 && index < count
            ? index
            : throw PatchErrors.DoesNotApply($"error in {op}: Unable to access invalid index: {key} of {list.Count}: invalid index referenced");
    }

    private static (JsonNode Container, string Key) Find(JsonNode root, string path, string op)
    {
        var parts = path.Split('/');
        var node = parts.Length < 2 ? null : root;
        for (var i = 1; i < parts.Length - 1 && node is not null; i++)
        {
            var part = Unescape(parts[i]);
            node = node switch
            {
                JsonObject o => o[part],
                JsonArray list => list[Index(list, part, list.Count, op)],
                _ => null,
            };
        }
        return node is JsonObject or JsonArray
            ? (node, Unescape(parts[^1]))
            : throw PatchErrors.DoesNotApply($"{op} operation does not apply: doc is missing path: \"{path}\": missing value");
    }

    private static string Pointer(JsonObject operation, string name, string op) =>
        Text(operation, name) ?? throw PatchErrors.DoesNotApply($"{op} operation failed to decode {name}: missing value");

    private static string? Text(JsonObject operation, string name) =>
        operation[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static string Unescape(string part) =>
        part.Contains('~', StringComparison.Ordinal)
            ? part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)
            : part;
}
