using System.Globalization;
using System.Net;
using DpuCluster.Controllers.Informers;
using DpuCluster.Faults;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace DpuCluster.Controllers.Tests.Informers;

public sealed class InformerPropertyTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(
        1, int.Parse(Environment.GetEnvironmentVariable("DPUCLUSTER_SEEDS") ?? "25", CultureInfo.InvariantCulture))];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task When_faults_stop_the_store_equals_the_server_and_handlers_saw_each_version_once_in_order(int seed)
    {
        var random = new Random(seed);
        var faulty = true;
        var server = new FakeCollection { SupportsStreaming = seed % 2 == 0 };
        server.Refuse = _ => !faulty ? null : random.Next(10) switch
        {
            0 => FakeCollection.Error(HttpStatusCode.Gone, StatusReason.Expired),
            1 => FakeCollection.Error(HttpStatusCode.TooManyRequests, StatusReason.TooManyRequests),
            2 => FakeCollection.Error(HttpStatusCode.InternalServerError, StatusReason.InternalError),
            3 => new HttpRequestException("connection refused"),
            _ => null,
        };
        server.Break = () => faulty && random.Next(8) == 0 ? new IOException("connection reset") : null;
        server.Repeat = () => faulty && random.Next(4) == 0;

        using var stop = new CancellationTokenSource();
        var options = new InformerOptions
        {
            FirstBackoff = TimeSpan.FromMilliseconds(0.2),
            MaxBackoff = TimeSpan.FromMilliseconds(2),
            PageSize = 3,
            Random = new Random(seed),
        };
        var informer = new Informer<ConfigMap>(ConfigMap.Resource, server, options, TimeProvider.System, NullLogger.Instance, null);
        var told = new HandlerRecord<ConfigMap>(informer);
        var running = Task.Run(() => ((IRunnableInformer)informer).RunAsync(stop.Token));

        for (var step = 0; step < 300; step++)
        {
            var name = $"o{random.Next(12)}";
            switch (random.Next(12))
            {
                case < 7:
                    server.Put(name);
                    break;
                case < 10:
                    server.Delete(name);
                    break;
                case 10:
                    server.Compact();
                    break;
                default:
                    server.Cut();
                    break;
            }

            if (random.Next(6) == 0)
            {
                await Task.Yield();
            }

            if (random.Next(30) == 0)
            {
                await Eventually.Holds(() => Same(informer, server), $"seed {seed}, step {step}: catches up even between faults");
            }
        }

        faulty = false;
        server.Cut();
        await Eventually.Holds(() => Same(informer, server), $"seed {seed}: store equals server");
        await stop.CancelAsync();
        await running;
        told.Faults.ShouldBeEmpty($"seed {seed}");
        told.State.ShouldBe(server.State, ignoreOrder: true, $"seed {seed}");
    }

    private static bool Same(Informer<ConfigMap> informer, FakeCollection server)
    {
        var state = server.State;
        return informer.Count == state.Count && informer.Store.All.All(value => state.GetValueOrDefault(value.Key) == value.Metadata.ResourceVersion);
    }
}
