using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Tests.Schemas;

public sealed class GoTextTests
{
    [Theory]
    [InlineData("5", "5")]
    [InlineData("5.0", "5")]
    [InlineData("0.5", "0.5")]
    [InlineData("-12.25", "-12.25")]
    [InlineData("100000.5", "100000.5")]
    [InlineData("1000000.5", "1.0000005e+06")]
    [InlineData("100000000000000000000", "1e+20")]
    [InlineData("[1000000.5,1e20,1e21]", "[1000000.5,100000000000000000000,1e+21]")]
    [InlineData("1e21", "1e+21")]
    [InlineData("1.5e-5", "1.5e-05")]
    [InlineData("0.0001", "0.0001")]
    [InlineData("true", "true")]
    [InlineData("null", "null")]
    [InlineData("\"a\\\"b\\n\\u0000ä\\u00a0\"", "\"a\\\"b\\n\\x00ä\\u00a0\"")]
    [InlineData("{\"b\":\"<&>\",\"a\":[1,2.5,null,1e-7]}", "{\"a\":[1,2.5,null,1e-7],\"b\":\"\\u003c\\u0026\\u003e\"}")]
    public void Values_are_shown_as_Go_prints_them(string json, string shown) => GoText.Value(JsonNode.Parse(json)).ShouldBe(shown);

    [Fact]
    public void Values_made_from_numbers_of_any_type_are_shown_alike()
    {
        GoText.Value(JsonValue.Create(5)).ShouldBe("5");
        GoText.Value(JsonValue.Create(5U)).ShouldBe("5");
        GoText.Value(JsonValue.Create(0.5f)).ShouldBe("0.5");
        GoText.Value(JsonValue.Create(0.5m)).ShouldBe("0.5");
    }
}

public sealed class StringFormatsTests
{
    [Theory]
    [InlineData("date-time", "2026-11-21T01:02:03Z", true)]
    [InlineData("date-time", "2026-11-21T01:02:03.123+01:00", true)]
    [InlineData("date-time", "2026-02-30T01:02:03Z", false)]
    [InlineData("date", "2026-11-21", true)]
    [InlineData("date", "21.11.2026", false)]
    [InlineData("duration", "1h30m", true)]
    [InlineData("duration", "2 days", true)]
    [InlineData("duration", "soon", false)]
    [InlineData("ipv4", "10.0.0.1", true)]
    [InlineData("ipv4", "10.1", false)]
    [InlineData("ipv4", "fd00::1", false)]
    [InlineData("ipv6", "fd00::1", true)]
    [InlineData("ipv6", "10.0.0.1", false)]
    [InlineData("cidr", "10.0.0.0/8", true)]
    [InlineData("cidr", "fd00::/64", true)]
    [InlineData("cidr", "10.0.0.0/33", false)]
    [InlineData("cidr", "10.0.0.0", false)]
    [InlineData("uuid", "7d444840-9dc0-11d1-b245-5ffdce74fad2", true)]
    [InlineData("uuid", "7d444840", false)]
    [InlineData("uri", "https://example.com/a?b", true)]
    [InlineData("uri", "/a/b", true)]
    [InlineData("uri", "a b", false)]
    [InlineData("email", "a@example.com", true)]
    [InlineData("email", "a", false)]
    [InlineData("hostname", "a.example.com", true)]
    [InlineData("hostname", "a_b", false)]
    [InlineData("byte", "aGVsbG8=", true)]
    [InlineData("byte", "?", false)]
    [InlineData("mac", "01:23:45:67:89:ab", true)]
    [InlineData("mac", "01:23", false)]
    [InlineData("k8s-short-name", "a-b", true)]
    [InlineData("k8s-short-name", "a.b", false)]
    public void Formats_tell_what_is_of_them(string format, string text, bool matches)
    {
        StringFormats.IsKnown(format).ShouldBeTrue();
        StringFormats.Matches(format, text).ShouldBe(matches);
    }

    [Theory]
    [InlineData("int32")]
    [InlineData("ip")]
    [InlineData(null)]
    public void Formats_that_nobody_checks_are_not_known(string? format) => StringFormats.IsKnown(format).ShouldBeFalse();
}
