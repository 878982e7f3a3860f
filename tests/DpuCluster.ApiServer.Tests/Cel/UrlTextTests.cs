using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Tests.Cel;

/// <summary>URLs as Go's <c>net/url</c> takes them apart, and what it says of those that are none.</summary>
public class UrlTextTests
{
    [Theory]
    [InlineData("", "empty url")]
    [InlineData("../a", "invalid URI for request")]
    [InlineData("#f", "invalid URI for request")]
    [InlineData("a/b:c", "invalid URI for request")]
    [InlineData(":a", "missing protocol scheme")]
    [InlineData("1a:/b", "invalid URI for request")]
    [InlineData("https://a\tb/", "net/url: invalid control character in URL")]
    [InlineData("https://a b/", "invalid character \" \" in host name")]
    [InlineData("https://a#b", "invalid character \"#\" in host name")]
    [InlineData("https://a\\b/", "invalid character \"\\\\\" in host name")]
    [InlineData("https://a%20b/", "invalid URL escape \"%20\"")]
    [InlineData("https://a/%zz/b", "invalid URL escape \"%zz\"")]
    [InlineData("https://a/b%4", "invalid URL escape \"%4\"")]
    [InlineData("https://a/#%zz", "invalid URL escape \"%zz\"")]
    [InlineData("https://a/?b#%zz", "invalid URL escape \"%zz\"")]
    [InlineData("https://a:b/", "invalid port \":b\" after host")]
    [InlineData("https://a:b:c/", "invalid port \":b:c\" after host")]
    [InlineData("https://a:1:2/", "invalid port \":1:2\" after host")]
    [InlineData("https://::1/", "invalid port \"::1\" after host")]
    [InlineData("postgres://a:1,b:x/", "invalid port \":x\" after host")]
    [InlineData("https://[::1/", "missing ']' in host")]
    [InlineData("https://[::1]x/", "invalid port \"x\" after host")]
    [InlineData("https://a[::1]/", "invalid IP-literal")]
    [InlineData("https://[1.2.3.4]/", "invalid IP-literal")]
    [InlineData("https://[a]/", "invalid host: ParseAddr(\"a\"): unable to parse IP")]
    [InlineData("https://[fe80::1%25]/", "invalid host: ParseAddr(\"fe80::1%\"): zone must be a non-empty string")]
    [InlineData("https://us er@a/", "net/url: invalid userinfo")]
    [InlineData("https://u%zz@a/", "invalid URL escape \"%zz\"")]
    public void What_is_no_URL_is_explained(string text, string problem) => Expressions.Evaluate("url(x)", text)
        .ShouldBe($"error: URL parse error during conversion from string: parse {GoText.Quote(text)}: {problem}");

    [Fact]
    public void What_is_a_URL_for_a_request_only_is_explained_without_its_fragment()
    {
        Expressions.Evaluate("isURL(x)", "//a:b/c#d").ShouldBe("true");
        Expressions.Evaluate("url(x)", "//a:b/c#d").ShouldBe("error: URL parse error during conversion from string: parse \"//a:b/c\": invalid port \":b\" after host");
        Expressions.Evaluate("isURL(x)", "https://a/?b#%zz").ShouldBe("true");
        Expressions.Evaluate("format.uri().validate(x)", "a").ShouldBe("optional([\"parse \"a\": invalid URI for request\"])");
    }

    [Theory]
    [InlineData("//host:1/path", "", "host:1", "/path")]
    [InlineData("///path", "", "", "///path")]
    [InlineData("HTTPS://u:p@ssword@Host/a", "https", "Host", "/a")]
    [InlineData("mongodb://a:1,b:2/db", "mongodb", "a:1,b:2", "/db")]
    [InlineData("mailto:me@example.com", "mailto", "", "")]
    [InlineData("*", "", "", "*")]
    [InlineData("https://[fe80::1%25en%200]:1/", "https", "[fe80::1%en 0]:1", "/")]
    [InlineData("https://b%C3%BCcher.example/", "https", "bücher.example", "/")]
    [InlineData("https://a/b%2Fc?d", "https", "a", "/b%2Fc")]
    [InlineData("https://a/b%2Fc d", "https", "a", "/b/c%20d")]
    [InlineData("https://a/ü(1)", "https", "a", "/%C3%BC%281%29")]
    [InlineData("https://a/(1)*!'[]", "https", "a", "/(1)*!'[]")]
    [InlineData("https://a?b/c", "https", "a", "")]
    public void URLs_are_taken_apart(string text, string scheme, string host, string path) =>
        Expressions.Evaluate("[url(x).getScheme(), url(x).getHost(), url(x).getEscapedPath()]", text).ShouldBe($"[\"{scheme}\", \"{host}\", \"{path}\"]");

    /// <summary>Equal are those that are written the same by Go's <c>URL.String</c>.</summary>
    [Theory]
    [InlineData("HTTP://a/", "http://a/")]
    [InlineData("http://", "http:")]
    [InlineData("http://a/#", "http://a/")]
    [InlineData("http://a/b c", "http://a/b%20c")]
    [InlineData("http://a/\u00e9", "http://a/%C3%A9")]
    [InlineData("http://a/\u00e9", "http://a/%c3%a9", false)]
    [InlineData("http://a/<%ff", "http://a/%3C%FF")]
    [InlineData("http://a/<%ff>", "http://a/<%FF>")]
    [InlineData("http://\u00e9/", "http://%c3%a9/")]
    [InlineData("http://a/#b c", "http://a/#b%20c")]
    [InlineData("http://a/#b|%7c", "http://a/#b%7c|")]
    [InlineData("http://%41@a/", "http://A@a/")]
    [InlineData("http://u!:p%3D@a/", "http://u%21:p=@a/")]
    [InlineData("http://[fe80::1%25e%6E0]/", "http://[fe80::1%25en0]/")]
    [InlineData("http://a/", "http://a", false)]
    [InlineData("http://a/", "http://A/", false)]
    [InlineData("http://a/?", "http://a/", false)]
    [InlineData("http://a/?b=c&d=e", "http://a/?d=e&b=c", false)]
    [InlineData("http://a/?b=%41", "http://a/?b=A", false)]
    [InlineData("http://a/%41", "http://a/A", false)]
    [InlineData("http:/a", "http:///a", false)]
    [InlineData("http:a%41", "http:aA", false)]
    [InlineData("http://@a/", "http://a/", false)]
    [InlineData("http://u:@a/", "http://u@a/", false)]
    [InlineData("http://a:80/", "http://a/", false)]
    [InlineData("http://a/#B", "http://a/#b", false)]
    [InlineData("//a/b", "/a/b", false)]
    public void URLs_are_equal_that_are_written_the_same(string one, string other, bool equal = true)
    {
        var expected = equal ? "true" : "false";
        Expressions.Evaluate($"url('{one}') == url('{other}')").ShouldBe(expected);
        Expressions.Evaluate($"url('{other}') in [url('{one}')]").ShouldBe(expected);
    }
}
