using System.Net;
using System.Net.Http.Headers;
using System.Text;
using DpuCluster.Kubernetes.Meta;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Kubernetes.Client;

/// <summary>Sends requests: with credentials, in time, again where the server asks for that.</summary>
internal sealed partial class RequestSender : IDisposable
{
    private readonly ClientConfiguration _configuration;
    private readonly KubernetesClientOptions _options;
    private readonly ConnectionPool _connections;
    private readonly ILogger _log;
    private readonly string _base;
    private readonly string _host;

    public RequestSender(ClientConfiguration configuration, KubernetesClientOptions options)
    {
        _configuration = configuration;
        _options = options;
        _log = options.LoggerFactory.CreateLogger<KubernetesClient>();
        _base = configuration.Server.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');
        _host = configuration.Server.Authority;
        _connections = new ConnectionPool(configuration, options);
    }

    /// <summary>Sends a request until there is an answer to give: one that is read, or one that is thrown.</summary>
    /// <exception cref="KubernetesException">The server's answer is an error.</exception>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    /// <exception cref="HttpRequestException">The server cannot be reached, or the connection broke.</exception>
    public async Task<T> SendAsync<T>(
        ApiRequest request, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        var refused = false;
        for (var retries = 0; ; retries++)
        {
            var (answer, failure, token) = await TryAsync(request, read, cancellation).ConfigureAwait(false);
            if (failure is null)
            {
                return answer!;
            }

            if (failure.Code == HttpStatusCode.Unauthorized && !refused && _configuration.Token?.Refused(token) is true)
            {
                refused = true; // Once: the new token may be no better.
                continue;
            }

            if (retries >= _options.MaxRetries || Backoff.Delay(request, failure, retries, _options.MaxRetryDelay) is not { } delay)
            {
                throw failure;
            }

            LogRetry(_log, request.Method, request.Path, (int)failure.Code, delay.TotalSeconds);
            await Task.Delay(delay, _options.Clock, cancellation).ConfigureAwait(false);
        }
    }

    public void Dispose() => _connections.Dispose();

    private async Task<(T? Answer, KubernetesException? Failure, string? Token)> TryAsync<T>(
        ApiRequest request, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(_options.RequestTimeout, _options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        HttpResponseMessage? response = null;
        try
        {
            var token = _configuration.Token is { } source ? await source.GetTokenAsync(either.Token).ConfigureAwait(false) : null;
            response = await SendOnceAsync(request, token, either.Token).ConfigureAwait(false);
            if (request.AnyCode || response.IsSuccessStatusCode)
            {
                var answer = await read(response, either.Token).ConfigureAwait(false);
                response = request.Streams ? null : response;
                return (answer, null, token);
            }

            var failure = await ServerErrors.ReadAsync(request, response, _options.Clock.GetUtcNow(), either.Token).ConfigureAwait(false);
            return (default, failure, token);
        }
        catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"{request.Method} {request.Path}: no answer from {_host} within {_options.RequestTimeout.TotalSeconds:0.###} s", exception);
        }
        finally
        {
            response?.Dispose();
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(ApiRequest request, string? token, CancellationToken cancellation)
    {
        request.Guard?.Invoke();
        using var message = Message(request, token);
        var started = _options.Clock.GetTimestamp();
        HttpStatusCode? code = null;
        try
        {
            var response = await _connections.Present().SendAsync(message, cancellation).ConfigureAwait(false);
            code = response.StatusCode;
            return response;
        }
        catch (HttpRequestException exception) when (exception is { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: { } cause })
        {
            // Its own message only says that the cause is in another one.
            throw new HttpRequestException(exception.HttpRequestError, $"the TLS connection to {_host} failed: {cause.Message}", cause);
        }
        finally
        {
            _options.Observer?.RequestFinished(
                new(request.Verb, request.Method.Method, _host, code, _options.Clock.GetElapsedTime(started)));
        }
    }

    private HttpRequestMessage Message(ApiRequest request, string? token)
    {
        var message = new HttpRequestMessage(request.Method, _base + request.PathAndQuery)
        {
            // What the server agrees to in the TLS handshake; without TLS it is HTTP/1.1.
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        var headers = message.Headers;
        headers.TryAddWithoutValidation("Accept", request.Accept);
        headers.TryAddWithoutValidation("User-Agent", _options.UserAgent);
        if (token is not null)
        {
            headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        else if (_configuration.Username is { } user)
        {
            var pair = Encoding.UTF8.GetBytes($"{user}:{_configuration.Password}");
            headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(pair));
        }

        Impersonate(headers, _configuration.Impersonate);
        if (request.ContentType is not null)
        {
            message.Content = request.Guard is { } guard ? new GuardedContent(request.Body, guard) : new ReadOnlyMemoryContent(request.Body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType);
        }

        return message;
    }

    private static void Impersonate(HttpRequestHeaders headers, Impersonation? whom)
    {
        if (whom is null)
        {
            return;
        }

        headers.Add("Impersonate-User", whom.UserName);
        if (whom.Uid is not null)
        {
            headers.Add("Impersonate-Uid", whom.Uid);
        }

        // .NET joins several values of a header with commas, which the server takes for one value: hence one of each.
        if (whom.Group is not null)
        {
            headers.Add("Impersonate-Group", whom.Group);
        }

        foreach (var (name, value) in whom.Extra)
        {
            headers.Add($"Impersonate-Extra-{Uri.EscapeDataString(name)}", value);
        }
    }

    [LoggerMessage(LogLevel.Debug, "{Method} {Path}: the server answered {Code}; trying again in {Seconds:0.0} s")]
    private static partial void LogRetry(ILogger log, HttpMethod method, string path, int code, double seconds);
}
