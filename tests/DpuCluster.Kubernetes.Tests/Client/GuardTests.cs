using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Resources;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace DpuCluster.Kubernetes.Tests.Client;

/// <summary>Writes of a guarded client are not sent once the guard says no, whatever they have waited for.</summary>
public sealed class GuardTests
{
    private const string Map = """{"metadata":{"name":"m","namespace":"n"}}""";

    private static readonly ConfigMap Object = new() { Metadata = new() { Name = "m", Namespace = "n" } };

    private volatile bool _isLost;

    public static TheoryData<string, HttpProtocols> Writes()
    {
        TheoryData<string, HttpProtocols> all = [];
        foreach (var verb in new[] { "create", "replace", "replace status", "patch", "patch status", "apply", "apply status", "delete" })
        {
            all.Add(verb, HttpProtocols.Http1);
            all.Add(verb, HttpProtocols.Http2);
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task Write_whose_right_was_lost_while_it_waited_for_a_connection_does_not_reach_the_server(string verb, HttpProtocols protocols)
    {
        var certificates = new Certificates();
        await using var server = await FakeServer.Start((_, response) => FakeServer.Answer(response, 200, Map), certificates.Server(), overTls: protocols);
        server.Handshaking = () => _isLost = true;
        using var client = new KubernetesClient(server.Configuration with { CertificateAuthorities = [certificates.Authority] });
        var maps = client.Resources<ConfigMap>().Guarded(Check);

        await Should.ThrowAsync<LostException>(() => Write(maps, verb));

        // Whatever is sent later is there later: by now the write would be.
        await maps.GetAsync("n", "m", default);
        server.Handshaking = static () => { };
        server.Requests.ShouldHaveSingleItem().Method.ShouldBe("GET");
        _isLost = false;
        await Write(maps, verb);
        server.Requests.Count.ShouldBe(2);
        server.Last.Protocol.ShouldBe(protocols == HttpProtocols.Http1 ? "HTTP/1.1" : "HTTP/2");
    }

    [Fact]
    public async Task Write_whose_right_was_lost_is_not_tried_again()
    {
        var clock = new ManualClock();
        await using var server = await FakeServer.Start((_, response) =>
        {
            _isLost = true;
            response.Headers.RetryAfter = "3";
            return FakeServer.Answer(response, 429, "busy", "text/plain");
        });
        using var client = new KubernetesClient(server.Configuration, new() { Clock = clock, RequestTimeout = TimeSpan.FromMinutes(2), MaxRetries = 3 });

        await Should.ThrowAsync<LostException>(() => client.Resources<ConfigMap>().Guarded(Check).CreateAsync(Object, null, default));
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Reading_needs_no_right()
    {
        _isLost = true;
        await using var server = await FakeServer.Start(Map);
        using var client = new KubernetesClient(server.Configuration);

        (await client.Resources<ConfigMap>().Guarded(Check).GetAsync("n", "m", default)).Metadata.Name.ShouldBe("m");
    }

    private static Task Write(ResourceClient<ConfigMap> maps, string verb) => verb switch
    {
        "create" => maps.CreateAsync(Object, null, default),
        "replace" => maps.ReplaceAsync(Object, null, default),
        "replace status" => maps.ReplaceStatusAsync(Object, null, default),
        "patch" => maps.PatchAsync("n", "m", Patch.Merge(new JsonObject()), null, default),
        "patch status" => maps.PatchStatusAsync("n", "m", Patch.Merge(new JsonObject()), null, default),
        "apply" => maps.ApplyAsync(Object, new() { FieldManager = "f" }, default),
        "apply status" => maps.ApplyStatusAsync(Object, new() { FieldManager = "f" }, default),
        _ => maps.DeleteAsync("n", "m", null, default),
    };

    private void Check()
    {
        if (_isLost)
        {
            throw new LostException();
        }
    }

    private sealed class LostException : Exception;
}
