using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Tables;

namespace DpuCluster.ApiServer.Tests.Tables;

public sealed class JsonPathTests
{
    private static readonly JsonNode Root = JsonNode.Parse("""
        {"a":{"b":1,"b.c":2,"x":{"b":3}},"list":[10,20,30,40],"n":null,
         "conditions":[{"type":"Ready","status":"True","n":5},{"type":"Other","status":"False","n":7}]}
        """)!;

    [Theory]
    [InlineData(".a.b", "[1]")]
    [InlineData("{.a.b}", "[1]")]
    [InlineData("$.a.b", "[1]")]
    [InlineData("['a']['b']", "[1]")]
    [InlineData(""".a["b.c"]""", "[2]")]
    [InlineData(@".a.b\.c", "[2]")]
    [InlineData(".a.none.more", "[]")]
    [InlineData(".list[1]", "[20]")]
    [InlineData(".list[-1]", "[40]")]
    [InlineData(".list[9]", "[]")]
    [InlineData(".list[1:3]", "[20,30]")]
    [InlineData(".list[::2]", "[10,30]")]
    [InlineData(".list[-2:]", "[30,40]")]
    [InlineData(".list[0,2]", "[10,30]")]
    [InlineData(".list[*]", "[10,20,30,40]")]
    [InlineData("..b", "[1,3]")]
    [InlineData(".conditions[*].status", """["True","False"]""")]
    [InlineData(".conditions[?(@.type=='Ready')].status", """["True"]""")]
    [InlineData(""".conditions[?(@.type == "Other")].n""", "[7]")]
    [InlineData(".conditions[?(@.n>5)].type", """["Other"]""")]
    [InlineData(".conditions[?(@.n<=5)].type", """["Ready"]""")]
    [InlineData(".conditions[?(@.type!='Ready')].type", """["Other"]""")]
    [InlineData(".conditions[?(@.none)].type", "[]")]
    [InlineData(".conditions[?(@.n)].type", """["Ready","Other"]""")]
    [InlineData(".n", "[null]")]
    [InlineData(".", """[0]""")]
    public void Path_leads_to_values(string path, string expected)
    {
        var found = new JsonArray([.. JsonPath.Parse(path).Select(Root).Select(n => n?.DeepClone())]);
        if (path == ".") found.ShouldHaveSingleItem();
        else found.ToJsonString().ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData(".a[")]
    [InlineData(".a[x]")]
    [InlineData(".a['b]")]
    [InlineData(".a[?(@.b==]")]
    [InlineData(".a[?(@.b=='x')")]
    [InlineData(".a[1:2:0]")]
    [InlineData(".a..")]
    [InlineData(@".a\")]
    [InlineData(".list[99999999999999]")]
    public void What_is_no_path_is_refused(string path)
    {
        JsonPath.TryParse(path, out var error).ShouldBeNull();
        error.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public void Names_of_a_simple_path_are_known()
    {
        JsonPath.Parse(".spec.replicas").Names.ShouldBe(["spec", "replicas"]);
        JsonPath.Parse(".spec[0]").Names.ShouldBeNull();
    }

    [Fact]
    public void No_text_makes_it_crash()
    {
        string[] pieces = [".", "..", "[", "]", "(", ")", "?", "[?(", "@", "$", "*", "'", "\"", "\\", "==", "<", ":", ",", "-", "0", "1", "a", "list", "conditions", " ", "{", "}"];
        var random = new Random(20260102);
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(random.GetItems(pieces, random.Next(1, 12)));
            if (JsonPath.TryParse(text, out var error) is { } path) path.Select(Root).ShouldNotBeNull(text);
            else error.ShouldNotBeNullOrEmpty(text);
        }
    }
}
