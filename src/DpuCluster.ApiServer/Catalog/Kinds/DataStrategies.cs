using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog.Types;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>What config maps and secrets have in common.</summary>
internal static class DataRules
{
    /// <summary>Most bytes that all values together may have.</summary>
    public const int MostBytes = 1024 * 1024;

    public static void Keys(JsonObject? data, string field, ICollection<FieldError> errors)
    {
        foreach (var (key, _) in data ?? []) ObjectMetaValidation.Add(errors, $"{field}[{key}]", key, ObjectNames.ConfigKey(key));
    }

    public static long TextBytes(JsonObject? data) => data?.Sum(p => (long)Encoding.UTF8.GetByteCount(p.Value.AsText() ?? "")) ?? 0;

    public static long EncodedBytes(JsonObject? data) => data?.Sum(p => (long)Base64Text.DecodedLength(p.Value.AsText() ?? "")) ?? 0;

    public static FieldError TooLong(string field) => new(FieldErrorType.TooLong, field, $"Too long: may not be more than {MostBytes} bytes");

    /// <summary>Once an object is immutable, neither that nor its data can change.</summary>
    public static void Immutable(JsonObject obj, JsonObject old, ReadOnlySpan<string> fields, ICollection<FieldError> errors)
    {
        if (!old["immutable"].IsTrue()) return;
        const string Message = "field is immutable when `immutable` is set";
        if (!obj["immutable"].IsTrue()) errors.Add(FieldError.Forbidden("immutable", Message));
        foreach (var field in fields)
            if (!JsonNode.DeepEquals(obj[field], old[field])) errors.Add(FieldError.Forbidden(field, Message));
    }
}

internal sealed class ConfigMapStrategy() : BuiltInStrategy("core", "ConfigMap")
{
    public override void Validate(JsonObject obj, ICollection<FieldError> errors)
    {
        var (text, binary) = (obj.Object("data"), obj.Object("binaryData"));
        DataRules.Keys(text, "data", errors);
        Duplicates(text, binary, "data", "binaryData", errors);
        DataRules.Keys(binary, "binaryData", errors);
        Duplicates(binary, text, "binaryData", "data", errors);

        // The real server reports this at a path without a name.
        if (DataRules.TextBytes(text) + DataRules.EncodedBytes(binary) > DataRules.MostBytes) errors.Add(DataRules.TooLong("[]"));
    }

    public override void ValidateUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors) =>
        DataRules.Immutable(obj, old, ["data", "binaryData"], errors);

    private static void Duplicates(JsonObject? data, JsonObject? other, string field, string otherField, ICollection<FieldError> errors)
    {
        foreach (var (key, _) in data ?? [])
            if (other?.ContainsKey(key) == true) errors.Add(FieldError.Invalid($"{field}[{key}]", key, $"duplicate of key present in {otherField}"));
    }
}

internal sealed class SecretStrategy() : BuiltInStrategy("core", "Secret")
{
    public override void Normalize(JsonObject obj)
    {
        // Plain text is a way to write data, not a place of its own: it is never read back.
        if (obj.Object("stringData") is { } plain)
        {
            foreach (var (key, value) in plain.ToList())
                if (value.AsText() is { } text) obj.Ensure("data")[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
            obj.Remove("stringData");
        }

        base.Normalize(obj);
    }

    public override void Validate(JsonObject obj, ICollection<FieldError> errors)
    {
        var data = obj.Object("data");
        DataRules.Keys(data, "data", errors);
        if (DataRules.EncodedBytes(data) > DataRules.MostBytes) errors.Add(DataRules.TooLong("data"));
        switch (obj.Text("type"))
        {
            case "kubernetes.io/service-account-token":
                const string Account = "kubernetes.io/service-account.name";
                if (string.IsNullOrEmpty(obj.At("metadata", "annotations", Account).AsText()))
                    errors.Add(FieldError.Required($"metadata.annotations[{Account}]"));
                break;
            case "kubernetes.io/dockercfg":
                RequireJson(data, ".dockercfg", errors);
                break;
            case "kubernetes.io/dockerconfigjson":
                RequireJson(data, ".dockerconfigjson", errors);
                break;
            case "kubernetes.io/basic-auth" when data?.ContainsKey("username") != true && data?.ContainsKey("password") != true:
                errors.Add(FieldError.Required("data[username]"));
                errors.Add(FieldError.Required("data[password]"));
                break;
            case "kubernetes.io/ssh-auth" when string.IsNullOrEmpty(data?["ssh-privatekey"].AsText()):
                errors.Add(FieldError.Required("data[ssh-privatekey]"));
                break;
            case "kubernetes.io/tls":
                foreach (var key in (ReadOnlySpan<string>)["tls.crt", "tls.key"])
                    if (data?.ContainsKey(key) != true) errors.Add(FieldError.Required($"data[{key}]"));
                break;
        }
    }

    public override void ValidateUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors)
    {
        if (obj.Text("type") != old.Text("type")) errors.Add(FieldError.Invalid("type", obj["type"], "field is immutable"));
        DataRules.Immutable(obj, old, ["data"], errors);
    }

    private static void RequireJson(JsonObject? data, string key, ICollection<FieldError> errors)
    {
        if (data?[key].AsText() is not { } encoded)
        {
            errors.Add(FieldError.Required($"data[{key}]"));
            return;
        }

        try
        {
            using var _ = JsonDocument.Parse(Convert.FromBase64String(encoded));
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            // The contents do not go into the message: they are secret.
            errors.Add(FieldError.Invalid($"data[{key}]", "<secret contents redacted>", "invalid JSON"));
        }
    }
}
