using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Storage;
using DpuCluster.ApiServer.Storage.Durability;
using DpuCluster.Kubernetes;
using DpuCluster.Testing;

namespace DpuCluster.ApiServer.Tests.Storage.Durability;

public sealed class RestartTests : IDisposable
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("dpucluster-data-");

    private string Data => Path.Combine(_root.FullName, "data");

    private EmbeddedApiServerOptions Options => new() { DataDirectory = Data };

    /// <summary>The first time on a port that nobody else is given before the next time.</summary>
    private EmbeddedApiServerOptions FirstOptions => Options with { Port = FreePorts.Next() };

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task Address_authority_and_tokens_stay_good()
    {
        Uri address;
        string authority, token;
        await using (var server = await TestServer.StartAsync(FirstOptions))
        {
            (address, authority) = (server.Server.Address, server.Server.CertificateAuthority.CertificatePem);
            var answer = await server.AskAsync("POST /api/v1/namespaces/default/serviceaccounts/default/token",
                """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}""", HttpStatusCode.Created);
            token = (string)answer["status"]!["token"]!;
        }

        await using var again = await TestServer.StartAsync(Options);
        again.Server.Address.ShouldBe(address);
        again.Server.CertificateAuthority.CertificatePem.ShouldBe(authority);
        var review = await again.AskAsync("POST /apis/authentication.k8s.io/v1/selfsubjectreviews",
            """{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}""", HttpStatusCode.Created,
            new Dictionary<string, string> { ["Authorization"] = $"Bearer {token}" });
        ((string)review["status"]!["userInfo"]!["username"]!).ShouldBe("system:serviceaccount:default:default");
    }

    [Fact]
    public async Task Custom_resources_are_served_and_ports_of_services_stay_taken()
    {
        var crd = """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
            "names":{"plural":"things","singular":"thing","kind":"Thing","listKind":"ThingList"},"versions":[{"name":"v1","served":true,"storage":true,
            "selectableFields":[{"jsonPath":".spec.size"}],"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{"size":{"type":"string"}}}}}}}]}}
            """;
        string before;
        await using (var server = await TestServer.StartAsync(FirstOptions))
        {
            await server.AskAsync("POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd, HttpStatusCode.Created);
            await server.AskAsync("POST /apis/example.com/v1/namespaces/default/things",
                """{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a"},"spec":{"size":"big"}}""", HttpStatusCode.Created);
            await server.AskAsync("POST /api/v1/namespaces/default/services", Service("one"), HttpStatusCode.Created);
            before = (await server.AskAsync("GET /api/v1/services")).ToJsonString();
        }

        await using var again = await TestServer.StartAsync(Options);
        var things = await again.AskAsync("GET /apis/example.com/v1/things?fieldSelector=spec.size%3Dbig");
        ((string)things["items"]!.AsArray().ShouldHaveSingleItem()!["metadata"]!["name"]!).ShouldBe("a");
        (await again.AskAsync("GET /api/v1/services"))["items"]!.ToJsonString().ShouldBe(JsonNode.Parse(before)!["items"]!.ToJsonString());
        var refused = await again.AskAsync("POST /api/v1/namespaces/default/services", Service("two"), HttpStatusCode.UnprocessableEntity);
        ((string)refused["message"]!).ShouldContain("provided port is already allocated");
    }

    [Fact]
    public async Task Definition_whose_rules_cost_more_than_is_allowed_now_is_served_and_changed_where_they_stay()
    {
        const string definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        const string things = "/apis/example.com/v1/namespaces/default/things";
        const string rule = "self.all(x, self.all(y, x == y))";
        var crd = """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
            "names":{"plural":"things","singular":"thing","kind":"Thing","listKind":"ThingList"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":
            {"type":"object","properties":{"l":{"type":"array","maxItems":20,"items":{"type":"string","maxLength":10},"x-kubernetes-validations":[{"rule":"RULE"}]}}}}}]}}
            """.Replace("RULE", rule, StringComparison.Ordinal);
        await using (var server = await TestServer.StartAsync(Options)) await server.AskAsync($"POST {definitions}", crd, HttpStatusCode.Created);
        using (var store = new OpenStore(new DiskFiles(Data)))
        {
            var collection = store.Store.Collection(("apiextensions.k8s.io", "customresourcedefinitions"));
            var stored = collection.Published.ShouldHaveSingleItem();
            var json = JsonNode.Parse(stored.ToString())!;
            json["metadata"]!["resourceVersion"] = "";
            json["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!["l"]!["maxItems"] = 200_000;
            const string before = "\"resourceVersion\":\"";
            var text = json.ToJsonString();
            var draft = new ObjectDraft(new ObjectHeader("", stored.Name, (string)json["metadata"]!["uid"]!), Encoding.UTF8.GetBytes(text),
                Encoding.UTF8.GetByteCount(text[..(text.IndexOf(before, StringComparison.Ordinal) + before.Length)]));
            (await store.Store.UpdateAsync(collection, stored, draft)).Outcome.ShouldBe(CommitOutcome.Committed);
        }

        await using var again = await TestServer.StartAsync(Options);
        await again.AskAsync($"PATCH {definitions}/things.example.com", """{"metadata":{"labels":{"kept":"yes"}},"spec":{"names":{"shortNames":["th"]}}}""");
        await again.AskAsync($"POST {things}", """{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"good"},"l":["a","a"]}""", HttpStatusCode.Created);
        var refused = await again.AskAsync($"POST {things}", """{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"bad"},"l":["a","b"]}""", HttpStatusCode.UnprocessableEntity);
        ((string)refused["message"]!).ShouldContain($"failed rule: {rule}");
        var touched = crd.Replace("\"maxItems\":20", "\"maxItems\":200001", StringComparison.Ordinal);
        refused = await again.AskAsync($"PATCH {definitions}/things.example.com", touched, HttpStatusCode.UnprocessableEntity);
        ((string)refused["message"]!).ShouldContain("cost total for entire OpenAPIv3 schema exceeds budget");
        await again.AskAsync($"DELETE {definitions}/things.example.com");
    }

    [Fact]
    public void Directory_that_is_made_is_found_again_with_what_is_in_it()
    {
        var disk = new FilledDisk();
        var nested = Path.Combine(_root.FullName, "one", "two", "data");
        using (DataDirectory.Take(nested, disk.Of))
        {
            disk.SafeDirectories.Take(3).ShouldBe([Path.Combine(_root.FullName, "one", "two"), Path.Combine(_root.FullName, "one"), _root.FullName]);
            disk.SafeDirectories.ShouldContain(nested);
        }

        disk.SafeDirectories.Clear();
        using (DataDirectory.Take(nested, disk.Of)) disk.SafeDirectories.ShouldAllBe(path => path == nested);
    }

    [Fact]
    public async Task Watch_and_a_list_in_pages_resume_or_are_told_to_begin_again()
    {
        string token, revision;
        await using (var server = await TestServer.StartAsync(Options))
        {
            for (var i = 0; i < 3; i++) await server.AskAsync($"POST {Maps}", TestServer.ConfigMap($"map-{i}"), HttpStatusCode.Created);
            var page = await server.AskAsync($"GET {Maps}?limit=2");
            (token, revision) = ((string)page["metadata"]!["continue"]!, (string)page["metadata"]!["resourceVersion"]!);
            await server.AskAsync($"POST {Maps}", TestServer.ConfigMap("map-9"), HttpStatusCode.Created);
        }

        await using var again = await TestServer.StartAsync(Options);
        using var watch = await again.WatchAsync($"{Maps}?watch=1&resourceVersion={revision}");
        ((string)(await watch.NextAsync())!["object"]!["metadata"]!["name"]!).ShouldBe("map-9");
        var rest = await again.AskAsync($"GET {Maps}?limit=2&continue={token}");
        rest["items"]!.AsArray().Select(item => (string)item!["metadata"]!["name"]!).ShouldBe(["map-1", "map-2"]);
        ((string)rest["metadata"]!["resourceVersion"]!).ShouldBe(revision);
        again.Server.Parts.Store.Compact(long.Parse(revision, System.Globalization.CultureInfo.InvariantCulture) + 1);
        var expired = await again.AskAsync($"GET {Maps}?limit=2&continue={token}", status: HttpStatusCode.Gone);
        ((string)expired["reason"]!).ShouldBe("Expired");
        ((string)expired["metadata"]!["continue"]!).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task What_a_killed_server_left_unfinished_is_finished()
    {
        await using (var server = await TestServer.StartAsync(Options))
        {
            var owner = await server.AskAsync($"POST {Maps}", TestServer.ConfigMap("owner"), HttpStatusCode.Created);
            var dependent = TestServer.ConfigMap("dependent");
            dependent["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "ConfigMap",
                ["name"] = "owner",
                ["uid"] = (string)owner["metadata"]!["uid"]!,
            });
            await server.AskAsync($"POST {Maps}", dependent, HttpStatusCode.Created);
            await server.AskAsync("DELETE /api/v1/namespaces/default/serviceaccounts/default");
        }

        // Killed after the owner's deletion was written, and before anything followed from it.
        using (var directory = DataDirectory.Take(Data))
        {
            using var store = new OpenStore(directory.Files);
            await store.RemoveAsync("owner");
        }

        await using var again = await TestServer.StartAsync(Options);
        await Eventually.Get(async () => (await again.SendAsync($"GET {Maps}/dependent")).StatusCode, status => status == HttpStatusCode.NotFound, "the dependent is gone");
        await again.AskAsync("GET /api/v1/namespaces/default/serviceaccounts/default");
    }

    [Fact]
    public async Task Server_that_cannot_write_any_more_says_so_and_is_not_ready()
    {
        var files = new FilledDisk();
        await using var server = await TestServer.StartAsync(Options with { Files = files.Of });
        await server.AskAsync($"POST {Maps}", TestServer.ConfigMap("before"), HttpStatusCode.Created);
        files.IsFull = true;
        var refused = await server.AskAsync($"POST {Maps}", TestServer.ConfigMap("after"), HttpStatusCode.ServiceUnavailable);
        ((string)refused["message"]!).ShouldContain("No space left on device");
        files.IsFull = false;
        await server.AskAsync($"DELETE {Maps}/before", status: HttpStatusCode.ServiceUnavailable);
        await server.AskAsync($"GET {Maps}/before");
        await server.AskAsync($"GET {Maps}/after", status: HttpStatusCode.NotFound);
        using var ready = await server.SendAsync("GET /readyz");
        ready.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await ready.Content.ReadAsStringAsync()).ShouldContain("[-]etcd failed");
    }

    [Fact]
    public void Directory_that_is_in_use_is_refused_naming_who_uses_it()
    {
        using (DataDirectory.Take(Data))
        {
            Should.Throw<UserErrorException>(() => DataDirectory.Take(Data)).Message.ShouldContain($"the data directory {Data} is in use by process {Environment.ProcessId}");
        }

        DataDirectory.Take(Data).Dispose();
    }

    [Fact]
    public void Directory_of_something_else_is_refused_and_left_alone()
    {
        File.WriteAllText(Path.Combine(_root.FullName, "letter.txt"), "");
        Should.Throw<UserErrorException>(() => DataDirectory.Take(_root.FullName)).Message.ShouldContain("is not a data directory: there is letter.txt in it");
        Directory.EnumerateFileSystemEntries(_root.FullName).Count().ShouldBe(1);
        Should.Throw<UserErrorException>(() => DataDirectory.Take(Path.Combine(_root.FullName, "letter.txt"))).Message.ShouldContain("is a file");
    }

    [Fact]
    public void Directory_of_a_newer_format_is_refused()
    {
        DataDirectory.Take(Data).Dispose();
        File.WriteAllText(Path.Combine(Data, "format"), "dpucluster data, format 7\n");
        Should.Throw<UserErrorException>(() => DataDirectory.Take(Data)).Message.ShouldContain("was written by a newer version of this program (format 7");
    }

    [Fact]
    public async Task Nobody_else_can_read_what_is_kept()
    {
        if (OperatingSystem.IsWindows()) return;
        await using (await TestServer.StartAsync(Options))
        {
        }

        File.GetUnixFileMode(Data).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var file in Directory.EnumerateFiles(Data)) File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
    }

    private static string Service(string name) =>
        $$$"""{"apiVersion":"v1","kind":"Service","metadata":{"name":"{{{name}}}"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30123}]}}""";
}
