namespace DpuCluster.ApiServer.Http;

/// <summary>A number that only grows.</summary>
internal sealed class MetricCounter
{
    private long _value;

    public long Value => Volatile.Read(ref _value);

    public void Add() => Interlocked.Increment(ref _value);
}
