using System.Text;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Tests.Patches;

/// <summary>JSON written in C# source.</summary>
internal static class Json
{
    public static JsonObject Object(string text) => (JsonObject)Node(text);

    public static JsonNode Node(string text) => JsonNode.Parse(text)!;

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static void ShouldBeJson(this JsonNode? actual, string expected) =>
        DpuCluster.ApiServer.Patches.JsonEquality.AreEqual(actual, JsonNode.Parse(expected))
            .ShouldBeTrue($"expected {expected}\nbut was  {actual?.ToJsonString() ?? "null"}");
}
