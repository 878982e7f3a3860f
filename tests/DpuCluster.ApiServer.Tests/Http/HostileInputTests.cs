using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using DpuCluster.Testing;

namespace DpuCluster.ApiServer.Tests.Http;

/// <summary>What no honest client sends: each gets its error or its time-out, and the server goes on.</summary>
public sealed class HostileInputTests
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    private const int Bomb = 200_000;

    private static readonly Dictionary<string, string> Yaml = new() { ["Content-Type"] = "application/yaml" };
    private static readonly Dictionary<string, string> Apply = new() { ["Content-Type"] = "application/apply-patch+yaml" };
    private static readonly Dictionary<string, string> JsonPatch = new() { ["Content-Type"] = "application/json-patch+json" };
    private static readonly Dictionary<string, string> Strategic = new() { ["Content-Type"] = "application/strategic-merge-patch+json" };

    [Fact]
    public async Task Bodies_without_measure_are_refused()
    {
        await using var server = await TestServer.StartAsync();
        await server.AskAsync($"POST {ConfigMaps}", TestServer.ConfigMap("m", "v"), HttpStatusCode.Created);
        var (open, close) = (string.Concat(Enumerable.Repeat("{\"a\":", Bomb)), new string('}', Bomb));
        var brackets = new string('[', Bomb);
        var (post, patch) = ($"POST {ConfigMaps}", $"PATCH {ConfigMaps}/m");
        foreach (var (call, body, headers) in new (string, string, Dictionary<string, string>?)[]
        {
            (post, open + "1" + close, null), (post, open, null), (post, brackets, null), (post, brackets + new string(']', Bomb), null),
            (post, brackets, Yaml), (post, open, Yaml), (post, string.Concat(Enumerable.Repeat("- ", Bomb)), Yaml), (post, LaughingAliases, Yaml), (post, LongAliases, Yaml),
            (patch, open + "1" + close, null), (patch, brackets, null), (patch, open + "1" + close, Strategic), (patch, brackets + new string(']', Bomb), JsonPatch),
            (patch + "?fieldManager=x", brackets, Apply), (patch + "?fieldManager=x", LaughingAliases, Apply), (patch + "?fieldManager=x", LongAliases, Apply),
            (patch, $$"""[{"op":"test","path":"{{string.Concat(Enumerable.Repeat("/a", Bomb))}}","value":1}]""", JsonPatch),
            (patch, DoublingPatch, JsonPatch),
        })
        {
            var answer = await server.SendAsync(call, body, headers);
            ((int)answer.StatusCode).ShouldBeInRange(400, 499, $"{call} {headers?.Values.First()} {body[..20]}: {await answer.Content.ReadAsStringAsync()}");
        }

        await GoesOnAsync(server);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Body_over_the_limit_is_refused_whether_its_length_is_told_or_not(bool chunked)
    {
        var tooLong = "{\"x\":\"" + new string('x', 4 * 1024 * 1024) + "\"}";
        await using var server = await TestServer.StartAsync();
        using var client = TestServer.Client(server.Server, server.Server.IssueClientCertificate("admin", ["system:masters"]).ToX509Certificate());
        using var request = new HttpRequestMessage(HttpMethod.Post, ConfigMaps) { Content = new StringContent(tooLong, null, "application/json") };
        request.Headers.TransferEncodingChunked = chunked;
        using var answer = await client.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("limit is 3145728");
        await GoesOnAsync(server);
    }

    [Fact]
    public async Task Broken_text_repeated_keys_and_numbers_without_measure_get_an_error_or_a_place()
    {
        await using var server = await TestServer.StartAsync();
        static byte[] Body(string data) => Encoding.Latin1.GetBytes($$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"},{{data}}}""");
        var digits = new string('9', 100_000);
        foreach (var data in new[]
        {
            "\"data\":{\"a\":\"\xff\xfe\"}", "\"data\":{\"\xc3\":\"a\"}", "\"data\":{\"a\":\"\\ud800\"}", "\"data\":{\"a\":\"b\",\"a\":\"c\"}", "\"data\":{\"a\":1e999999999}",
            $"\"data\":{{\"a\":{digits}}}", $"\"immutable\":{digits}", $"\"metadata\":{{\"name\":\"m\",\"generation\":{digits}}}", "\"metadata\":{\"name\":\"m\",\"generation\":1e400}",
            "\"metadata\":{\"name\":\"m\",\"deletionGracePeriodSeconds\":-1e309}", "\"data\":{\"a\":\"\0\"}", "\"data\":{\"a\":NaN}", "\"data\":null", "\"\":{}",
        })
        {
            using var answer = await server.SendAsync($"POST {ConfigMaps}?dryRun=All&fieldValidation=Strict", Body(data));
            ((int)answer.StatusCode).ShouldBeLessThan(500, $"{data[..Math.Min(60, data.Length)]}: {await answer.Content.ReadAsStringAsync()}");
        }

        foreach (var number in new[] { "1e400", "-1e400", digits, "0x" + new string('f', 1000), ".inf", ".nan", new string('9', 400) + ".5" })
        {
            using var answer = await server.SendAsync($"POST {ConfigMaps}?dryRun=All", $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m, generation: {number}}}\n", Yaml);
            ((int)answer.StatusCode).ShouldBeLessThan(500, $"{number[..Math.Min(20, number.Length)]}: {await answer.Content.ReadAsStringAsync()}");
        }

        using var repeated = await server.SendAsync($"POST {ConfigMaps}?dryRun=All&fieldValidation=Strict", Body("\"data\":{\"a\":\"b\",\"a\":\"c\"}"));
        repeated.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await repeated.Content.ReadAsStringAsync()).ShouldContain("duplicate field");
        await GoesOnAsync(server);
    }

    [Fact]
    public async Task Selectors_by_the_thousand_and_parameters_without_sense_are_answered()
    {
        await using var server = await TestServer.StartAsync();
        var many = string.Join(',', Enumerable.Range(0, 5000).Select(i => $"k{i}!=v"));
        using (var answer = await server.SendAsync($"GET {ConfigMaps}?labelSelector={Uri.EscapeDataString(many)}")) answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var query in new[]
        {
            $"labelSelector={Uri.EscapeDataString("a in (" + string.Join(',', Enumerable.Range(0, 10_000)) + ")")}", "labelSelector=" + new string('(', 5000), "labelSelector=a%00b", "labelSelector=%ff%fe",
            "fieldSelector=" + string.Concat(Enumerable.Repeat("metadata.name%3Da,", 5000)), "fieldSelector=%3D%3D%3D", "limit=99999999999999999999", "limit=-1", "continue=" + new string('A', 5000), "watch=1&timeoutSeconds=99999999999999999999", "timeoutSeconds=abc&watch=1",
        })
        {
            using var cancel = new CancellationTokenSource(Eventually.Patience);
            using var answer = await server.SendAsync($"GET {ConfigMaps}?{query}", cancellation: cancel.Token);
            ((int)answer.StatusCode).ShouldBeOneOf([200, 400, 410], query[..Math.Min(60, query.Length)]);
        }

        using (var version = await server.SendAsync($"GET {ConfigMaps}?resourceVersion=99999999999999999999999"))
        {
            version.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await version.Content.ReadAsStringAsync()).ShouldContain("value out of range");
        }

        await GoesOnAsync(server);
    }

    [Fact]
    public async Task Floods_of_headers_and_lines_without_end_are_refused()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var (text, code) in new[]
        {
            ("GET /readyz HTTP/1.1\r\nHost: a\r\n" + string.Concat(Enumerable.Range(0, 5000).Select(i => $"X-{i}: y\r\n")) + "\r\n", "431"),
            ("GET /readyz HTTP/1.1\r\nHost: a\r\nX: " + new string('y', 2 * 1024 * 1024) + "\r\n\r\n", "431"),
            ("GET /" + new string('a', 2 * 1024 * 1024) + " HTTP/1.1\r\nHost: a\r\n\r\n", "414"),
            ("NONSENSE\0\u0001\r\n\r\n", "400"),
            ("GET /readyz HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", "400"),
        })
        {
            (await RawAsync(server, text)).ShouldStartWith($"HTTP/1.1 {code}", customMessage: text[..Math.Min(40, text.Length)]);
        }

        await GoesOnAsync(server);
    }

    [Fact]
    public async Task Connections_that_say_nothing_more_are_closed()
    {
        await using var server = await TestServer.StartAsync(new EmbeddedApiServerOptions
        {
            Tokens = new Dictionary<string, (string, IReadOnlyList<string>)> { ["known"] = ("someone", ["system:masters", "system:authenticated"]) },
        });
        using var silent = new TcpClient();
        await silent.ConnectAsync(IPAddress.Loopback, server.Server.Address.Port);

        // Half a head, half a body, and a head that goes on by a byte now and then: none of them ever ends by itself.
        using var dripping = new CancellationTokenSource();
        var drip = RawAsync(server, "GET /readyz HTTP/1.1\r\nHost: a\r\nX-Drip: ", "x", dripping.Token);
        var head = RawAsync(server, "GET /readyz HTTP/1.1\r\nHost: a\r\nX-Slow: ");
        var body = RawAsync(server, $"POST /apis/authentication.k8s.io/v1/selfsubjectreviews HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer known\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{");
        using var patience = new CancellationTokenSource(Eventually.Patience * 2);
        (await silent.GetStream().ReadAsync(new byte[1], patience.Token)).ShouldBe(0, "a connection without a handshake is closed");
        (await head).ShouldMatch("^(HTTP/1.1 408.*)?$");
        (await body).ShouldMatch("^(HTTP/1.1 4.*)?$");
        (await drip).ShouldMatch("^(HTTP/1.1 408.*)?$");
        await dripping.CancelAsync();
        await GoesOnAsync(server);
    }

    private static string LaughingAliases { get; } =
        "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(1, 12).Select(i => $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));

    private static string LongAliases { get; } =
        $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m}}\na: &a {new string('x', 1024 * 1024)}\nb: [{string.Join(',', Enumerable.Repeat("*a", 100_000))}]\n";

    /// <summary>Each step copies all that is there into itself.</summary>
    private static string DoublingPatch { get; } =
        "[" + string.Join(',', Enumerable.Range(0, 60).Select(i => $$"""{"op":"copy","from":"/data","path":"/data/k{{i}}"}""")) + "]";

    /// <summary>Sends text as it is, and gives what comes until the server closes the connection: its first line.</summary>
    /// <param name="server">The server.</param>
    /// <param name="text">What is sent at once.</param>
    /// <param name="drip">What is sent again and again after it; null for nothing.</param>
    /// <param name="cancellation">Ends the dripping.</param>
    private static async Task<string> RawAsync(TestServer server, string text, string? drip = null, CancellationToken cancellation = default)
    {
        using var patience = new CancellationTokenSource(Eventually.Patience * 2);
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Server.Address.Port, patience.Token);
#pragma warning disable CA5359 // Nothing that is secret is sent.
        using var tls = new SslStream(socket.GetStream(), false, (_, _, _, _) => true);
#pragma warning restore CA5359
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, patience.Token);
        var answer = new StringBuilder();
        try
        {
            await tls.WriteAsync(Encoding.Latin1.GetBytes(text), patience.Token);
        }
        catch (IOException)
        {
            // Refused before all of it was sent; the answer may be there.
        }

        if (drip is not null) _ = DripAsync(tls, Encoding.Latin1.GetBytes(drip), cancellation);
        var buffer = new byte[4096];
        try
        {
            while (await tls.ReadAsync(buffer, patience.Token) is > 0 and var length) answer.Append(CultureInfo.InvariantCulture, $"{Encoding.Latin1.GetString(buffer, 0, length)}");
        }
        catch (IOException)
        {
            // Reset where an orderly end would be nicer; closed all the same.
        }

        return answer.ToString().Split('\r')[0];
    }

    private static async Task DripAsync(SslStream stream, byte[] drop, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation)) await stream.WriteAsync(drop, cancellation);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The server has closed it, which is what the test waits for.
        }
    }

    private static async Task GoesOnAsync(TestServer server)
    {
        using var answer = await server.SendAsync("GET /readyz");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
