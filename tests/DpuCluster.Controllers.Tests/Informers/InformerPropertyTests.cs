using System.Globalization;
using System.Net;
using DpuCluster.Controllers.Informers;
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
        var mirror = new Dictionary<NamespacedName, ConfigMap>();
        var faults = new List<string>();
        informer.AddHandler(change => Check(mirror, change, faults));
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
        faults.ShouldBeEmpty($"seed {seed}");
        mirror.ToDictionary(entry => entry.Key, entry => entry.Value.Metadata.ResourceVersion!).ShouldBe(server.State, ignoreOrder: true, $"seed {seed}");
    }

    private static void Check(Dictionary<NamespacedName, ConfigMap> mirror, Change<ConfigMap> change, List<string> faults)
    {
        var key = change.Object.Key;
        var known = mirror.GetValueOrDefault(key);
        var right = change.Type switch
        {
            ChangeType.Added => known is null && change.Old is null,
            ChangeType.Deleted => known is not null,
            _ => known is not null && ReferenceEquals(known, change.Old)
                && ResourceVersions.IsOlder(known.Metadata.ResourceVersion, change.Object.Metadata.ResourceVersion),
        };
        if (!right)
        {
            faults.Add($"{change.Type} {key} {change.Object.Metadata.ResourceVersion} after {known?.Metadata.ResourceVersion}");
        }

        if (change.Type == ChangeType.Deleted)
        {
            mirror.Remove(key);
        }
        else
        {
            mirror[key] = change.Object;
        }
    }

    private static bool Same(Informer<ConfigMap> informer, FakeCollection server)
    {
        var state = server.State;
        return informer.Count == state.Count && informer.Store.All.All(value => state.GetValueOrDefault(value.Key) == value.Metadata.ResourceVersion);
    }
}
