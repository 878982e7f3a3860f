using DpuCluster.Testing;

namespace DpuCluster.Client.Tests.Connections;

public sealed class RotatingClientTests
{
    [Fact]
    public async Task After_a_rotation_every_call_uses_the_new_credentials()
    {
        await using var world = await World.StartAsync();
        using var client = new RotatingClient();

        client.Update(world.SecretWith("old")).ShouldBeTrue();
        await client.UseAsync(World.Call, default);
        client.Update(world.SecretWith("new")).ShouldBeTrue();
        await client.UseAsync(World.Call, default);

        world.Dpu.TokensSeen.ShouldBe(["old", "new"]);
    }

    [Fact]
    public async Task A_call_that_is_under_way_is_finished_with_the_credentials_that_it_began_with()
    {
        await using var world = await World.StartAsync();
        using var client = new RotatingClient();
        client.Update(world.SecretWith("old"));
        var gate = new TaskCompletionSource();
        world.Dpu.Gate = gate.Task;

        var underWay = client.UseAsync(World.Call, default);
        await Eventually.Holds(() => !world.Dpu.TokensSeen.IsEmpty, "the first call arrives");
        client.Update(world.SecretWith("new"));
        gate.SetResult();

        (await underWay).Metadata.Name.ShouldBe("default");
        await client.UseAsync(World.Call, default);
        world.Dpu.TokensSeen.ShouldBe(["old", "new"]);
    }

    [Fact]
    public async Task A_lease_keeps_its_client_open_and_tells_that_it_is_replaced()
    {
        await using var world = await World.StartAsync();
        using var client = new RotatingClient();
        client.Update(world.SecretWith("old"));
        var lease = client.Rent();
        var kept = lease.Client;

        client.Update(world.SecretWith("new"));

        await Eventually.Holds(() => lease.Replaced.IsCancellationRequested, "the lease is told");
        await World.Call(lease.Client, default);
        lease.Dispose();
        await Should.ThrowAsync<ObjectDisposedException>(() => World.Call(kept, default));
        Should.Throw<ObjectDisposedException>(() => lease.Client);
    }

    [Fact]
    public async Task A_change_of_labels_keeps_the_client()
    {
        await using var world = await World.StartAsync();
        using var client = new RotatingClient();
        var secret = world.SecretWith("old");
        client.Update(secret);
        using var before = client.Rent();

        client.Update(secret with { Metadata = secret.Metadata with { ResourceVersion = "2", Labels = new Dictionary<string, string> { ["a"] = "b" } } })
            .ShouldBeFalse();

        using var after = client.Rent();
        after.Client.ShouldBeSameAs(before.Client);
    }

    [Fact]
    public async Task A_refused_Secret_takes_the_old_credentials_along()
    {
        await using var world = await World.StartAsync();
        using var client = new RotatingClient();
        client.Update(world.SecretWith("old"));

        client.Update(KubeconfigBuilder.With(k => k.User["exec"] = new System.Text.Json.Nodes.JsonObject()).Secret()).ShouldBeTrue();

        client.Refusal!.ShouldContain("field \"exec\" is refused");
        Should.Throw<DpuKubeconfigException>(client.Rent).Message.ShouldBe(client.Refusal);
    }

    [Fact]
    public async Task A_client_that_was_refused_comes_back_with_a_good_Secret()
    {
        await using var world = await World.StartAsync();
        using var client = new RotatingClient();
        var bad = KubeconfigBuilder.SecretOf();
        client.Update(bad).ShouldBeTrue();
        client.Update(bad).ShouldBeFalse();

        client.Update(world.SecretWith("good")).ShouldBeTrue();

        client.Refusal.ShouldBeNull();
        await client.UseAsync(World.Call, default);
    }

    [Fact]
    public async Task What_is_forgotten_comes_back_even_with_the_same_content()
    {
        await using var world = await World.StartAsync();
        using var client = new RotatingClient();
        client.Update(world.SecretWith("a"));
        client.Forget("it is gone");
        Should.Throw<DpuKubeconfigException>(client.Rent).Message.ShouldBe("it is gone");

        client.Update(world.SecretWith("a")).ShouldBeTrue();

        client.Rent().Dispose();
    }

    [Fact]
    public void Before_the_first_Secret_and_after_the_end_there_is_no_client()
    {
        var client = new RotatingClient();
        Should.Throw<DpuKubeconfigException>(client.Rent);

        client.Dispose();

        Should.Throw<ObjectDisposedException>(client.Rent);
        Should.Throw<ObjectDisposedException>(() => client.Update(KubeconfigBuilder.SecretOf()));
    }

    [Fact]
    public async Task No_call_ever_meets_a_closed_client_while_credentials_rotate()
    {
        await using var world = await World.StartAsync();
        using var client = new RotatingClient();
        client.Update(world.SecretWith("0"));
        using var stop = new CancellationTokenSource();

        var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await client.UseAsync(World.Call, default);
            }
        })).ToArray();
        for (var i = 1; i <= 20; i++)
        {
            client.Update(world.SecretWith($"{i}"));
            var token = $"{i}";
            await Eventually.Holds(() => world.Dpu.TokensSeen.Contains(token), $"calls use token {token}");
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers);
    }
}
