using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Admission;

/// <summary>Sends reviews to one webhook. Failures are worded as a real server words them: that is what people search for.</summary>
internal sealed class WebhookClient
{
    /// <summary>How much a webhook may answer, in bytes: an object at its largest, in a patch that is base64, and twice that.</summary>
    public const int MostOfAnswer = 16 * 1024 * 1024;

    private const int ShownOfAnswer = 2048;

    private readonly WebhookConnections _connections;
    private readonly TimeSpan _timeout;
    private readonly string _url;
    private readonly Lazy<HttpClient> _http;

    /// <param name="connections">Opens connections.</param>
    /// <param name="config">The <c>clientConfig</c>.</param>
    /// <param name="timeout">How long a call may take.</param>
    public WebhookClient(WebhookConnections connections, JsonObject config, TimeSpan timeout)
    {
        _connections = connections;
        _timeout = timeout;
        var bundle = config["caBundle"].AsText() is { } text ? Convert.FromBase64String(text) : [];
        (string, string, int)? service = null;
        string host;
        if (config.Object("service") is { } reference)
        {
            var port = (int)(reference.Whole("port") ?? 443);
            service = (reference.Text("namespace"), reference.Text("name"), port);
            host = $"{reference.Text("name")}.{reference.Text("namespace")}.svc";
            _url = $"https://{host}:{port.ToString(CultureInfo.InvariantCulture)}/{reference.Text("path").TrimStart('/')}";
        }
        else
        {
            _url = config.Text("url");
            var parsed = new Uri(_url);
            host = parsed.Host.Trim('[', ']');
            if (parsed.AbsolutePath == "/" && !_url.EndsWith('/')) _url += "/";
        }

        var seconds = Math.Ceiling(timeout.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        _url = $"{_url}?timeout={seconds}s";
        _http = new Lazy<HttpClient>(() => connections.Open(host, bundle, service));
    }

    /// <summary>Sends a review and reads the answer.</summary>
    /// <param name="review">The review.</param>
    /// <param name="cancellation">Ends with the request that is reviewed.</param>
    /// <exception cref="WebhookFailure">There is no answer that could be read.</exception>
    /// <exception cref="OperationCanceledException">The request itself has ended.</exception>
    public async Task<JsonObject> PostAsync(JsonObject review, CancellationToken cancellation)
    {
        HttpClient http;
        try
        {
            http = _http.Value;
        }
        catch (CryptographicException exception)
        {
            throw new WebhookFailure($"could not get REST client: unable to load root certificates: {exception.Message}", 400);
        }

        using var patience = new CancellationTokenSource(_timeout, _connections.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            return await SendAsync(http, review, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw Failed("context deadline exceeded");
        }
        catch (HttpRequestException exception)
        {
            throw exception.InnerException is WebhookFailure failure ? Failed(failure.Message) : Failed(Explain(exception));
        }
        catch (IOException)
        {
            throw Unanswered("unexpected EOF");
        }
    }

    private async Task<JsonObject> SendAsync(HttpClient http, JsonObject review, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new ByteArrayContent(ObjectEncoder.EncodePlain(review)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.TryAddWithoutValidation("User-Agent", "kube-apiserver-admission");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        var body = await ReadAsync(response, cancellation).ConfigureAwait(false);
        var code = (int)response.StatusCode;
        var type = response.Content.Headers.ContentType?.MediaType ?? "";
        if (code is < 200 or > 299)
        {
            var text = type.Length == 0 || type.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
                ? Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, ShownOfAnswer))).Trim()
                : "unknown";
            throw Unanswered($"{Refusal(code, text)}", code);
        }

        if (body.Length == 0) throw Unanswered($"0-length response with status code: {code} and content type: {type}");
        try
        {
            return JsonNode.Parse(body) as JsonObject ?? throw Unanswered("couldn't get version/kind; the answer is not a JSON object");
        }
        catch (JsonException exception)
        {
            throw Unanswered($"couldn't get version/kind; json parse error: {exception.Message}");
        }
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var read = new MemoryStream();
            var buffer = new byte[16 * 1024];
            int count;
            while ((count = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
            {
                if (read.Length + count > MostOfAnswer) throw Unanswered($"the answer is larger than {MostOfAnswer} bytes");
                read.Write(buffer, 0, count);
            }

            return read.ToArray();
        }
    }

    private WebhookFailure Failed(string why) => new($"failed to call webhook: Post {GoText.Quote(_url)}: {why}", 500);

    private static WebhookFailure Unanswered(string why, int code = 503) => new(why, code, isOfCall: true);

    private static string Explain(HttpRequestException exception)
    {
        for (Exception? at = exception; at is not null; at = at.InnerException)
        {
            switch (at)
            {
                case AuthenticationException rejected:
                    return rejected.Message;
                case SocketException socket:
                    return "dial tcp: " + socket.SocketErrorCode switch
                    {
                        SocketError.ConnectionRefused => "connect: connection refused",
                        SocketError.HostNotFound or SocketError.NoData => "lookup: no such host",
                        SocketError.NetworkUnreachable => "connect: network is unreachable",
                        SocketError.HostUnreachable => "connect: no route to host",
                        _ => socket.Message,
                    };
            }
        }

        return exception.HttpRequestError == HttpRequestError.ResponseEnded ? "EOF" : exception.Message;
    }

    private static string Refusal(int code, string text) => code switch
    {
        400 => "the server rejected our request for an unknown reason",
        401 => "the server has asked for the client to provide credentials",
        403 or 415 => text,
        404 => "the server could not find the requested resource",
        405 => "the server does not allow this method on the requested resource",
        409 => "the server reported a conflict",
        422 => "the server rejected our request due to an error in our request",
        429 => "the server has received too many requests and has asked us to try again later",
        503 => "the server is currently unable to handle the request",
        504 => "the server was unable to return a response in the time allotted, but may still be processing the request",
        >= 500 => $"an error on the server ({GoText.Quote(text)}) has prevented the request from succeeding",
        _ => $"the server responded with the status code {code} but did not return more information",
    };
}
