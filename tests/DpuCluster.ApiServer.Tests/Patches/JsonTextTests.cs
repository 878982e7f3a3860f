using DpuCluster.ApiServer.Patches;

namespace DpuCluster.ApiServer.Tests.Patches;

public class JsonTextTests
{
    [Theory]
    [InlineData("{not json", "invalid character 'n' looking for beginning of object key string")]
    [InlineData("", "unexpected end of JSON input")]
    [InlineData("{", "unexpected end of JSON input")]
    [InlineData("nil", "invalid character 'i' in literal null (expecting 'u')")]
    [InlineData("{\"a\" 1}", "invalid character '1' after object key")]
    [InlineData("{\"a\":1 \"b\":2}", "invalid character '\"' after object key:value pair")]
    [InlineData("[1 2]", "invalid character '2' after array element")]
    [InlineData("[1,]", "invalid character ']' looking for beginning of value")]
    [InlineData("{\"a\":1,}", "invalid character '}' looking for beginning of object key string")]
    [InlineData("{} x", "invalid character 'x' after top-level value")]
    [InlineData("01", "invalid character '1' after top-level value")]
    [InlineData("1.x", "invalid character 'x' after decimal point in numeric literal")]
    [InlineData("1ex", "invalid character 'x' in exponent of numeric literal")]
    [InlineData("-x", "invalid character 'x' in numeric literal")]
    [InlineData("\"a\nb\"", "invalid character '\\n' in string literal")]
    [InlineData("\"\\x\"", "invalid character 'x' in string escape code")]
    [InlineData("\"\\u12g4\"", "invalid character 'g' in \\u hexadecimal character escape")]
    [InlineData("'a'", "invalid character '\\'' looking for beginning of value")]
    public void Malformed_text_is_explained_in_the_words_of_Go(string text, string message) =>
        Should.Throw<FormatException>(() => JsonText.Parse(Json.Bytes(text))).Message.ShouldBe(message);

    [Fact]
    public void Of_a_repeated_key_the_last_value_counts_and_its_path_is_told()
    {
        var duplicates = new List<string>();
        JsonText.Parse(Json.Bytes("""{"a":{"b":1,"b":2},"l":[{"c":1,"c":3}]}"""), duplicates).ShouldBeJson("""{"a":{"b":2},"l":[{"c":3}]}""");
        duplicates.ShouldBe(["duplicate field \"a.b\"", "duplicate field \"l[0].c\""]);
    }

    [Fact]
    public void Random_bytes_are_read_or_refused_but_never_crash()
    {
        var random = new Random(7);
        const string letters = "{}[]\",:0123 truefalsn\\u-.eE'x\n";
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(12)).Select(_ => letters[random.Next(letters.Length)])]);
            try
            {
                JsonText.Parse(Json.Bytes(text));
            }
            catch (FormatException e)
            {
                e.Message.ShouldMatch("^(invalid character|unexpected end of JSON input|invalid Unicode)", $"for {text}");
            }
        }
    }
}
