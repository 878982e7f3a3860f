using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Tests.Patches;

/// <summary>Random JSON, the same for the same seed.</summary>
internal sealed class RandomJson(int seed)
{
    private static readonly string[] Words =
        ["a", "b", "c", "name", "spec", "$patch", "$retainKeys", "$setElementOrder/list", "$deleteFromPrimitiveList/list", "list", "k:{", "", "/", "~1"];

    private readonly Random _random = new(seed);

    public int Next(int below) => _random.Next(below);

    public string Word() => Words[_random.Next(Words.Length)];

    public JsonNode? Value(int depth = 4) => _random.Next(depth > 0 ? 8 : 5) switch
    {
        0 => null,
        1 => JsonValue.Create(_random.Next(5)),
        2 => JsonValue.Create(Word()),
        3 => JsonValue.Create(_random.Next(2) == 0),
        4 => JsonValue.Create(_random.NextDouble()),
        5 => List(depth - 1),
        _ => Map(depth - 1),
    };

    public JsonObject Map(int depth = 4)
    {
        var map = new JsonObject();
        for (var i = _random.Next(5); i > 0; i--)
            map[Word()] = Value(depth);
        return map;
    }

    public JsonArray List(int depth)
    {
        var list = new JsonArray();
        for (var i = _random.Next(4); i > 0; i--)
            list.Add(Value(depth));
        return list;
    }

    /// <summary>A map without nulls, whose keys are plain names.</summary>
    public JsonObject Plain(int depth = 3)
    {
        var map = new JsonObject();
        for (var i = _random.Next(5); i > 0; i--)
        {
            map[((char)('a' + _random.Next(6))).ToString()] = _random.Next(depth > 0 ? 4 : 2) switch
            {
                0 => JsonValue.Create(_random.Next(3)),
                1 => JsonValue.Create("x" + _random.Next(3)),
                2 => new JsonArray(JsonValue.Create(_random.Next(3)), JsonValue.Create("y")),
                _ => Plain(depth - 1),
            };
        }
        return map;
    }
}
