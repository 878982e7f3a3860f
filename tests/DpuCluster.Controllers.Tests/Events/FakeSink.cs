using System.Collections.Concurrent;
using DpuCluster.Controllers.Events;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Controllers.Tests.Events;

/// <summary>Takes events as a server does that a test can spoil.</summary>
internal sealed class FakeSink : IEventSink
{
    private int _tries;

    public ConcurrentQueue<Event> Created { get; } = [];

    public ConcurrentQueue<(string Name, int Count)> Updates { get; } = [];

    public Exception? Fault { get; set; }

    public bool Hang { get; set; }

    /// <summary>Whether the next event is made, but the answer is lost.</summary>
    public bool Lost { get; set; }

    public int Tries => _tries;

    public async Task CreateAsync(Event value, CancellationToken cancellation)
    {
        await AnswerAsync(cancellation);
        if (Created.Any(one => one.Metadata.Name == value.Metadata.Name))
        {
            throw new KubernetesException(new Kubernetes.Meta.Status { Code = 409, Reason = StatusReason.AlreadyExists });
        }

        Created.Enqueue(value);
        if (Lost)
        {
            Lost = false;
            throw new IOException("connection reset");
        }
    }

    public async Task UpdateSeriesAsync(string ns, string name, int count, DateTimeOffset last, CancellationToken cancellation)
    {
        await AnswerAsync(cancellation);
        Updates.Enqueue((name, count));
    }

    private async Task AnswerAsync(CancellationToken cancellation)
    {
        Interlocked.Increment(ref _tries);
        if (Fault is { } fault)
        {
            throw fault;
        }

        if (Hang)
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
    }
}
