using System.Text.Json;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.Kubernetes.Client;

/// <summary>Reads a list of whatever kind: <c>metadata</c> and <c>items</c>.</summary>
internal static class ListReader
{
    public static KubernetesList<T> Read<T>(ReadOnlySpan<byte> json, ObjectCodec<T> codec)
        where T : class, IKubernetesObject<T>
    {
        var reader = new Utf8JsonReader(json);
        List<T>? items = null;
        var page = new Page();
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("a list must be an object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("items"u8))
            {
                items = Items(ref reader, codec);
            }
            else if (reader.ValueTextEquals("metadata"u8))
            {
                page = Page.Read(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return new(items ?? throw new JsonException("a list must have items"), page.ResourceVersion ?? "", page.Continue, page.Remaining);
    }

    private static List<T> Items<T>(ref Utf8JsonReader reader, ObjectCodec<T> codec)
        where T : class, IKubernetesObject<T>
    {
        List<T> items = [];
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return items; // How Go writes a list that was never filled.
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("the items of a list must be an array");
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(codec.Read(ref reader));
        }

        return items;
    }

    private readonly record struct Page(string? ResourceVersion, string? Continue, long? Remaining)
    {
        public static Page Read(ref Utf8JsonReader reader)
        {
            var page = new Page();
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                return page;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isVersion, isContinue, isRemaining) = (
                    reader.ValueTextEquals("resourceVersion"u8), reader.ValueTextEquals("continue"u8), reader.ValueTextEquals("remainingItemCount"u8));
                reader.Read();
                switch (reader.TokenType)
                {
                    case JsonTokenType.String when isVersion:
                        page = page with { ResourceVersion = reader.GetString() };
                        break;
                    case JsonTokenType.String when isContinue:
                        page = page with { Continue = reader.GetString() is { Length: > 0 } token ? token : null };
                        break;
                    case JsonTokenType.Number when isRemaining && reader.TryGetInt64(out var remaining):
                        page = page with { Remaining = remaining };
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }

            return page;
        }
    }
}
