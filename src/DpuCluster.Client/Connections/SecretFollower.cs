using System.Net;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using Microsoft.Extensions.Logging;

namespace DpuCluster.Client;

/// <summary>
/// Passes every state of one Secret on to a <see cref="RotatingClient"/>. A watch of the metadata tells that something
/// changed; what it is now is always read anew, one read at a time, so that an old state can never follow a newer one.
/// </summary>
internal sealed partial class SecretFollower : IAsyncDisposable
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly KubernetesClient _host;
    private readonly NamespacedName _secret;
    private readonly RotatingClient _client;
    private readonly TimeSpan _rereadInterval;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _oneRead = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private string? _lastRead;

    public SecretFollower(KubernetesClient host, NamespacedName secret, RotatingClient client, DpuClusterOptions options)
    {
        _host = host;
        _secret = secret;
        _client = client;
        _rereadInterval = options.RereadInterval;
        _clock = options.Client.Clock;
        _logger = options.Client.LoggerFactory.CreateLogger<DpuClusterConnection>();
    }

    /// <summary>Begins to follow.</summary>
    public void Start() => _running = Task.Run(FollowAsync);

    /// <summary>Reads the Secret now.</summary>
    /// <exception cref="KubernetesException">The host cluster refuses; the credentials stay as they were.</exception>
    public async Task RereadAsync(CancellationToken cancellation)
    {
        await _oneRead.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var secret = await _host.Resources<Secret>().FindAsync(_secret.Namespace, _secret.Name, cancellation).ConfigureAwait(false);
            Volatile.Write(ref _lastRead, secret?.Metadata.ResourceVersion);
            if (secret is null)
            {
                _client.Forget($"Secret {_secret} does not exist: create it, with the admin kubeconfig of the DPU cluster under admin.conf");
            }
            else if (_client.Update(secret))
            {
                LogChanged(_secret, _client.Refusal ?? "accepted");
            }
        }
        finally
        {
            _oneRead.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task FollowAsync()
    {
        var failures = 0;
        while (!_stop.IsCancellationRequested)
        {
            var began = _clock.GetTimestamp();
            TimeSpan pause;
            try
            {
                pause = await WatchAsync(_stop.Token).ConfigureAwait(false) ? TimeSpan.Zero : _rereadInterval;
                // Servers end watches after minutes; one that ends at once must not make a busy loop.
                failures = pause == TimeSpan.Zero && _clock.GetElapsedTime(began) < ShortestPause ? failures + 1 : 0;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is KubernetesException or HttpRequestException or IOException or TimeoutException)
            {
                // The host cluster is away or refuses: the credentials at hand are the best there are.
                failures++;
                pause = TimeSpan.Zero;
                LogFailed(_secret, exception.Message);
            }

            await PauseAsync(pause + BackOff(failures)).ConfigureAwait(false);
        }
    }

    /// <summary>Follows until the watch ends.</summary>
    /// <returns>Whether watching is allowed; where it is not, the Secret was only read.</returns>
    private async Task<bool> WatchAsync(CancellationToken cancellation)
    {
        var metadata = _host.Metadata(Secret.Resource);
        var selector = $"metadata.name={_secret.Name}";
        try
        {
            // The list says from where to watch; the read that follows it shows that state or a newer one.
            var list = await metadata.ListAsync(_secret.Namespace, new() { FieldSelector = selector }, cancellation).ConfigureAwait(false);
            await RereadAsync(cancellation).ConfigureAwait(false);
            var options = new WatchOptions { FieldSelector = selector, ResourceVersion = list.ResourceVersion };
            await foreach (var change in metadata.WatchAsync(_secret.Namespace, options, cancellation).ConfigureAwait(false))
            {
                if (change.Type != WatchEventType.Bookmark && change.ResourceVersion != Volatile.Read(ref _lastRead))
                {
                    await RereadAsync(cancellation).ConfigureAwait(false);
                }
            }

            return true;
        }
        catch (KubernetesException exception) when (exception.Code == HttpStatusCode.Forbidden)
        {
            await RereadAsync(cancellation).ConfigureAwait(false);
            return false;
        }
    }

    private static TimeSpan BackOff(int failures)
    {
        if (failures == 0)
        {
            return TimeSpan.Zero;
        }

        var pause = ShortestPause * (1 << Math.Min(failures - 1, 5));
        return (pause < LongestPause ? pause : LongestPause) * (0.75 + (Random.Shared.NextDouble() * 0.5));
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, _clock, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed: the loop ends.
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Secret {Secret} has another kubeconfig: {Verdict}")]
    private partial void LogChanged(NamespacedName secret, string verdict);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Secret {Secret} cannot be followed now: {Cause}")]
    private partial void LogFailed(NamespacedName secret, string cause);
}
