using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using DpuCluster.Testing;

namespace DpuCluster.ApiServer.Tests.Conformance;

/// <summary>Plays a recorded scenario against a server and compares the answers.</summary>
internal sealed class Replay(TestServer server, JsonObject scenario)
{
    private readonly Dictionary<string, string> _variables = [];

    /// <summary>Plays all steps.</summary>
    /// <returns>For each step that was compared, its index and what differed; null where nothing did.</returns>
    public async Task<IReadOnlyDictionary<int, string?>> PlayAsync()
    {
        var ns = "";
        if (scenario["namespace"]!.GetValue<bool>())
        {
            ns = $"conf-{Guid.NewGuid():N}"[..20];
            await server.AskAsync("POST /api/v1/namespaces",
                new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = ns } }, System.Net.HttpStatusCode.Created);
        }

        _variables["ns"] = ns;
        var placeholders = new Placeholders(ns);
        var results = new Dictionary<int, string?>();
        var index = -1;
        foreach (var step in scenario["steps"]!.AsArray().Select(s => s!.AsObject()))
        {
            index++;
            if (step["sleep"] is not null) continue; // What a real server's controllers need time for, this one has done already.
            var answer = await AskUntilAsync(step);
            foreach (var (variable, path) in step["save"] as JsonObject ?? []) _variables[variable] = At(answer.Body, path!.GetValue<string>())!.ToString();
            if (step["setup"]?.GetValue<bool>() == true)
            {
                if (answer.Status >= 300) results[index] = $"the preparation failed with {answer.Status}: {answer.Body}";
                continue;
            }

            results[index] = Compare(step, answer, placeholders);
        }

        return results;
    }

    private sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, JsonNode? Body);

    private async Task<Answer> AskUntilAsync(JsonObject step)
    {
        var until = step["until"] as JsonObject;
        var patience = Longer(until?["seconds"]?.GetValue<double>() ?? 0);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await AskAsync(step);
            if (until is null || Stopwatch.GetElapsedTime(started) > patience) return answer;
            var found = until["path"] is { } path ? At(answer.Body, path.GetValue<string>()) : JsonValue.Create(answer.Status);
            if (JsonNode.DeepEquals(found, until["is"])) return answer;
            await Task.Delay(20);
        }
    }

    private async Task<Answer> AskAsync(JsonObject step)
    {
        var headers = (step["headers"] as JsonObject ?? []).ToDictionary(h => h.Key, h => Fill(h.Value!.GetValue<string>()));
        object? body = step["body"] switch
        {
            null => null,
            JsonValue text => Fill(text.GetValue<string>()),
            var node => Fill(node.ToJsonString()),
        };
        var watch = step["watch"] as JsonObject;
        using var patience = new CancellationTokenSource(Longer(watch?["seconds"]?.GetValue<double>() ?? 0));
        using var response = await server.SendAsync(Fill(step["call"]!.GetValue<string>()), body, headers, patience.Token);
        var answered = response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key.ToLowerInvariant(), h => string.Join(", ", h.Value));
        var status = (int)response.StatusCode;
        if (watch is not null && status == 200) return new Answer(status, answered, await ReadEventsAsync(response, watch["events"]!.GetValue<int>(), patience.Token));
        var text2 = await response.Content.ReadAsStringAsync(patience.Token);
        return new Answer(status, answered, text2.StartsWith('{') ? JsonNode.Parse(text2) : JsonValue.Create(text2));
    }

    // The server that was recorded had the machine for itself.
    private static TimeSpan Longer(double seconds) => TimeSpan.FromSeconds(seconds) + Eventually.Patience;

    private static async Task<JsonArray> ReadEventsAsync(HttpResponseMessage response, int count, CancellationToken patience)
    {
        var events = new JsonArray();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(patience));
        try
        {
            while (events.Count < count && await reader.ReadLineAsync(patience) is { } line) events.Add(JsonNode.Parse(line));
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            // The recording says how long to wait; what came until then is compared.
        }

        return events;
    }

    private static string? Compare(JsonObject step, Answer answer, Placeholders placeholders)
    {
        var got = placeholders.Apply(answer.Body);
        var wanted = step["answer"]?.DeepClone();
        foreach (var path in (step["ignore"] as JsonArray ?? []).Select(p => p!.GetValue<string>().Split('.')))
        {
            foreach (var document in new[] { got, wanted })
            {
                if (step["watch"] is not null && document is JsonArray events)
                {
                    foreach (var one in events) Drop(one, path);
                }
                else
                {
                    Drop(document, path);
                }
            }
        }

        Placeholders.SortCauses(got);
        Placeholders.SortCauses(wanted);
        var problems = new List<string>();
        if (answer.Status != step["status"]!.GetValue<int>()) problems.Add($"status {answer.Status} instead of {step["status"]}");
        foreach (var (name, value) in step["answerHeaders"] as JsonObject ?? [])
        {
            if (answer.Headers.GetValueOrDefault(name) != value!.GetValue<string>()) problems.Add($"header {name}: {answer.Headers.GetValueOrDefault(name)} instead of {value}");
        }

        if (!JsonNode.DeepEquals(got, wanted)) problems.Add($"got    {got?.ToJsonString()}\nwanted {wanted?.ToJsonString()}");
        return problems.Count == 0 ? null : string.Join('\n', problems);
    }

    private static void Drop(JsonNode? node, ReadOnlySpan<string> path)
    {
        switch (node)
        {
            case JsonObject obj when path.Length == 1:
                obj.Remove(path[0]);
                break;
            case JsonObject obj:
                Drop(obj[path[0]], path[1..]);
                break;
            case JsonArray array:
                for (var i = 0; i < array.Count; i++)
                {
                    if (path[0] != "*" && path[0] != i.ToString(CultureInfo.InvariantCulture)) continue;
                    if (path.Length == 1) array[i] = "<ignored>";
                    else Drop(array[i], path[1..]);
                }

                break;
        }
    }

    private static JsonNode? At(JsonNode? node, string path)
    {
        foreach (var name in path.Split('.'))
        {
            node = node switch
            {
                JsonObject obj => obj[name],
                JsonArray array when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var i) && i < array.Count => array[i],
                _ => null,
            };
        }

        return node;
    }

    private string Fill(string text)
    {
        foreach (var (name, value) in _variables) text = text.Replace($"{{{name}}}", value, StringComparison.Ordinal);
        return text;
    }
}
