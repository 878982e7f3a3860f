using DpuCluster.Controllers.Leases;

namespace DpuCluster.Controllers.Tests.Events;

/// <summary>A lease that is held when the test says so.</summary>
internal sealed class FakeLeadership : ILeadership
{
    private volatile TaskCompletionSource _leads = Completed();
    private volatile bool _waiting;

    public bool IsLeader => _leads.Task.IsCompleted;

    public bool Leads
    {
        set
        {
            if (value)
            {
                _leads.TrySetResult();
            }
            else
            {
                _leads = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    public TimeSpan Certain { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>Whether somebody has had to wait.</summary>
    public bool Waiting => _waiting;

    public async Task<TimeSpan> WaitToLeadAsync(CancellationToken cancellation)
    {
        _waiting |= !IsLeader;
        await _leads.Task.WaitAsync(cancellation);
        return Certain;
    }

    private static TaskCompletionSource Completed()
    {
        var completed = new TaskCompletionSource();
        completed.SetResult();
        return completed;
    }
}
