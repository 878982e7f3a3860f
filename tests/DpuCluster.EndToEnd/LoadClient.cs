using System.Net;
using System.Text.Json.Nodes;

namespace DpuCluster.EndToEnd;

/// <summary>Creates, updates and deletes objects that nobody else touches, and remembers what it was told of them.</summary>
internal sealed class LoadClient(string name, int seed)
{
    private const int Objects = 12;

    private readonly Random _random = new(seed);

    // The answer to the last write of each object; none for one that is not there.
    private readonly Dictionary<string, JsonNode> _told = [];
    private (string Name, string? Value)? _inDoubt;
    private long _revision;
    private int _acknowledged;
    private int _values;

    /// <summary>How many writes were acknowledged.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Writes until the server ends or it is told to.</summary>
    public async Task RunAsync(LoadTarget server, CancellationToken ending)
    {
        while (!ending.IsCancellationRequested && await StepAsync(server))
        {
        }
    }

    /// <summary>Holds what is there against what was told. The one write without an answer may have happened, or not.</summary>
    public void Compare((Dictionary<string, JsonNode> Maps, long Revision) there, string when)
    {
        there.Revision.ShouldBeGreaterThanOrEqualTo(_revision, when);
        var mine = there.Maps.Where(map => map.Key.StartsWith($"{name}-", StringComparison.Ordinal)).ToDictionary();
        if (_inDoubt is { } doubt)
        {
            var found = mine.GetValueOrDefault(doubt.Name);
            var asBefore = Text(found) == Text(_told.GetValueOrDefault(doubt.Name));
            (asBefore || (string?)found?["data"]?["value"] == doubt.Value).ShouldBeTrue($"{doubt.Name} is neither as before nor as written: {Text(found)}; {when}");
            if (found is null) _told.Remove(doubt.Name);
            else _told[doubt.Name] = found;
            _inDoubt = null;
        }

        mine.Keys.ShouldBe(_told.Keys, ignoreOrder: true, customMessage: when);
        foreach (var (key, told) in _told) Text(mine[key]).ShouldBe(Text(told), when);
        _revision = there.Revision;
    }

    private async Task<bool> StepAsync(LoadTarget server)
    {
        var key = $"{name}-{_random.Next(Objects)}";
        var told = _told.GetValueOrDefault(key);
        var value = $"{name}:{++_values}";
        return (told, _random.Next(10)) switch
        {
            (null, 0) => await RefusedAsync(server, HttpMethod.Put, key, Map(key, value, "1"), HttpStatusCode.NotFound, HttpStatusCode.Conflict),
            (null, _) => await WriteAsync(server, HttpMethod.Post, key, Map(key, value, null), HttpStatusCode.Created, value),
            (_, 0) => await RefusedAsync(server, HttpMethod.Post, key, Map(key, value, null), HttpStatusCode.Conflict),
            (_, 1) => await RefusedAsync(server, HttpMethod.Put, key, Map(key, value, "1"), HttpStatusCode.Conflict),
            (_, < 5) => await WriteAsync(server, HttpMethod.Delete, key, null, HttpStatusCode.OK, null),
            _ => await WriteAsync(server, HttpMethod.Put, key, Map(key, value, (string)told["metadata"]!["resourceVersion"]!), HttpStatusCode.OK, value),
        };
    }

    private async Task<bool> WriteAsync(LoadTarget server, HttpMethod method, string key, JsonObject? body, HttpStatusCode expected, string? value)
    {
        _inDoubt = (key, value);
        if (await server.WriteAsync(method, key, body) is not { } answer) return false;
        answer.Status.ShouldBe(expected, $"{method} {key}: {answer.Answer}");
        _inDoubt = null;
        if (value is null)
        {
            _told.Remove(key);
        }
        else
        {
            _told[key] = answer.Answer;
            var revision = LoadTarget.Revision(answer.Answer);
            revision.ShouldBeGreaterThan(_revision, $"{method} {key}");
            _revision = revision;
        }

        Interlocked.Increment(ref _acknowledged);
        return true;
    }

    /// <summary>A write that the server refuses: nothing of it may ever be seen.</summary>
    private static async Task<bool> RefusedAsync(LoadTarget server, HttpMethod method, string key, JsonObject body, params HttpStatusCode[] expected)
    {
        if (await server.WriteAsync(method, key, body) is not { } answer) return false;
        expected.ShouldContain(answer.Status, $"{method} {key}: {answer.Answer}");
        return true;
    }

    private static JsonObject Map(string key, string value, string? revision) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = key, ["resourceVersion"] = revision },
        ["data"] = new JsonObject { ["value"] = value, ["filling"] = new string('x', value.Length * 20) },
    };

    /// <summary>What counts of an object: its identity, its version and its content.</summary>
    private static string Text(JsonNode? map) =>
        map is null ? "nothing" : $"{map["metadata"]!["uid"]} {map["metadata"]!["resourceVersion"]} {map["data"]!.ToJsonString()}";
}
