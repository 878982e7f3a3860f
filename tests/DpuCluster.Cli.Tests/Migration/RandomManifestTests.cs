using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.Cli.Migration;
using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Cli.Tests.Migration;

/// <summary>Manifests in every mixture of styles: read as JSON, the result is what the same change of the JSON gives.</summary>
public sealed class RandomManifestTests
{
    private const int Seed = 20261121;

    private static readonly string[] ServersMetadata =
        ["uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields", "selfLink"];

    [Fact]
    public void Migrated_text_means_what_the_migrated_objects_mean()
    {
        var random = new Random(Seed);
        var rewritten = 0;
        for (var round = 0; round < 2000; round++)
        {
            var documents = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Object(random)).ToList();
            var text = string.Join("---\n", documents.Select(document => Write(random, document)));

            var migration = ManifestMigration.Of(text, "random");

            rewritten += migration.Clusters;
            var expected = documents.Select(document => Migrated(document).ToJsonString());
            Yaml.ToJsonDocuments(migration.Text).Select(document => document?.ToJsonString())
                .ShouldBe(expected, $"seed {Seed}, round {round}:\n{text}\nbecame:\n{migration.Text}");
            var comments = Comments(text);
            if (!new[] { "status", "managedFields", "finalizers", "annotations" }.Any(field => text.Contains(field, StringComparison.Ordinal)))
            {
                // Where nothing is taken out that may have comments within itself, none is lost.
                Comments(migration.Text).ShouldBe(comments);
            }
        }

        rewritten.ShouldBeGreaterThan(1000);
    }

    private static IEnumerable<string> Comments(string text) => text.Split('\n').Where(line => line.TrimStart().StartsWith('#')).Select(line => line.Trim());

    private static JsonObject Object(Random random)
    {
        if (random.Next(4) == 0)
        {
            return new() { ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = new JsonArray([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => (JsonNode)Object(random))]) };
        }

        var metadata = new List<KeyValuePair<string, JsonNode?>> { new("name", Word(random)) };
        foreach (var field in ServersMetadata.Where(_ => random.Next(4) == 0))
        {
            metadata.Add(new(field, field == "managedFields" ? new JsonArray(new JsonObject { ["manager"] = Word(random), ["time"] = null }) : Word(random)));
        }

        if (random.Next(2) == 0)
        {
            metadata.Add(new("finalizers", new JsonArray([.. Enumerable.Range(0, random.Next(0, 4)).Select(i => (JsonNode)(random.Next(2) == 0 ? $"provisioning.dpf.nvidia.com/{i}" : $"other/{i}"))])));
        }

        if (random.Next(2) == 0)
        {
            var annotations = new JsonObject();
            foreach (var key in new[] { "a", "kubectl.kubernetes.io/last-applied-configuration", "z" }.Where(_ => random.Next(2) == 0))
            {
                annotations[key] = Word(random);
            }

            metadata.Add(new("annotations", annotations));
        }

        var fields = new List<KeyValuePair<string, JsonNode?>>
        {
            new("apiVersion", random.Next(3) == 0 ? "provisioning.dpu.nvidia.com/v1alpha1" : "provisioning.dpf.nvidia.com/v1alpha1"),
            new("kind", random.Next(4) == 0 ? "DPUSet" : "DPUCluster"),
            new("metadata", new JsonObject(Shuffled(random, metadata))),
            new("spec", new JsonObject { ["type"] = Word(random), ["nested"] = new JsonObject { ["list"] = new JsonArray(Word(random), 1, null) } }),
        };
        if (random.Next(3) == 0)
        {
            fields.Add(new("status", new JsonObject { ["phase"] = Word(random), ["conditions"] = new JsonArray(new JsonObject { ["message"] = Word(random) }) }));
        }

        return new JsonObject(Shuffled(random, fields));
    }

    private static string Word(Random random) => new[] { "a", "two words", "#no comment", "ü\U0001F600", "yes", "", "17", "a: b", "line\nline\n", "'", "\"q\"" }[random.Next(11)];

    private static KeyValuePair<string, JsonNode?>[] Shuffled(Random random, List<KeyValuePair<string, JsonNode?>> fields)
    {
        var all = fields.ToArray();
        random.Shuffle(all);
        return all;
    }

    private static JsonObject Migrated(JsonObject before)
    {
        var obj = (JsonObject)before.DeepClone();
        if (obj["items"] is JsonArray items)
        {
            obj["items"] = new JsonArray([.. items.Select(item => (JsonNode)Migrated((JsonObject)item!))]);
        }

        if (obj["apiVersion"]!.GetValue<string>() != "provisioning.dpf.nvidia.com/v1alpha1" || obj["kind"]!.GetValue<string>() != "DPUCluster")
        {
            return obj;
        }

        obj["apiVersion"] = "provisioning.dpu.nvidia.com/v1alpha1";
        obj.Remove("status");
        var metadata = (JsonObject)obj["metadata"]!;
        foreach (var field in ServersMetadata)
        {
            metadata.Remove(field);
        }

        if (metadata["finalizers"] is JsonArray { Count: > 0 } finalizers)
        {
            foreach (var ours in finalizers.Where(one => one!.GetValue<string>().StartsWith("provisioning.dpf", StringComparison.Ordinal)).ToList())
            {
                finalizers.Remove(ours);
            }

            if (finalizers.Count == 0)
            {
                metadata.Remove("finalizers");
            }
        }

        if (metadata["annotations"] is JsonObject { Count: > 0 } annotations && annotations.Remove("kubectl.kubernetes.io/last-applied-configuration") && annotations.Count == 0)
        {
            metadata.Remove("annotations");
        }

        return obj;
    }

    private static string Write(Random random, JsonObject document)
    {
        var text = new StringBuilder();
        if (random.Next(6) == 0)
        {
            return text.Append(document.ToJsonString(new() { WriteIndented = random.Next(2) == 0 })).Append('\n').ToString();
        }

        Block(random, text, document, 0, indentFirst: true);
        return text.ToString();
    }

    private static void Block(Random random, StringBuilder text, JsonNode node, int indent, bool indentFirst)
    {
        var pad = new string(' ', indent);
        var first = !indentFirst;
        void Begin()
        {
            if (!first && random.Next(5) == 0)
            {
                text.Append(pad).Append("# comment ").Append(random.Next(1000)).Append('\n');
            }

            text.Append(first ? "" : pad);
            first = false;
        }

        if (node is JsonObject map)
        {
            foreach (var (key, value) in map)
            {
                Begin();
                text.Append(random.Next(5) == 0 ? $"\"{key}\"" : key).Append(':');
                Value(random, text, value, indent + random.Next(1, 4), sequenceIndent: indent + random.Next(0, 3));
            }
        }
        else
        {
            foreach (var item in (JsonArray)node)
            {
                Begin();
                var gap = random.Next(1, 3);
                text.Append('-').Append(' ', gap);
                if (item is JsonObject { Count: > 0 } && random.Next(4) > 0)
                {
                    Block(random, text, item, indent + 1 + gap, indentFirst: false);
                }
                else
                {
                    text.Append(item?.ToJsonString() ?? "null").Append('\n');
                }
            }
        }
    }

    private static void Value(Random random, StringBuilder text, JsonNode? value, int indent, int sequenceIndent)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } when random.Next(4) > 0:
                text.Append(random.Next(4) == 0 ? " # trailing\n" : "\n");
                Block(random, text, value, indent, indentFirst: true);
                break;
            case JsonArray { Count: > 0 } when random.Next(3) > 0:
                text.Append('\n');
                Block(random, text, value, sequenceIndent, indentFirst: true);
                break;
            case JsonValue scalar when scalar.TryGetValue<string>(out var word) && word == "line\nline\n":
                var pad = new string(' ', indent);
                text.Append($" |\n{pad}line\n{pad}line\n");
                break;
            case JsonValue scalar when scalar.TryGetValue<string>(out var word) && word is "a" or "two words":
                text.Append(random.Next(3) == 0 ? $"   '{scalar.GetValue<string>()}'  # trailing\n" : $" {scalar.GetValue<string>()}\n");
                break;
            default:
                text.Append(' ').Append(value?.ToJsonString() ?? (random.Next(2) == 0 ? "" : "null")).Append('\n');
                break;
        }
    }
}
