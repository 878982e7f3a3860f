using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Catalog.Kinds;
using DpuCluster.ApiServer.Discovery;
using DpuCluster.ApiServer.OpenApi;
using DpuCluster.ApiServer.Tables;
using DpuCluster.Testing;

namespace DpuCluster.ApiServer.Tests.OpenApi;

/// <summary>The real kubectl reads our documents.</summary>
public sealed class KubectlTests
{
    private const string Version = "v1.34.0";

    [ToolFact("kubectl")]
    public async Task Kubectl_explains_what_the_documents_describe()
    {
        await using var server = new Documents();
        var text = await server.KubectlAsync("explain", "deployments.spec.template.spec.containers");
        text.ShouldContain("GROUP:      apps");
        text.ShouldContain("FIELD: containers <[]Container>");
        text.ShouldContain("imagePullPolicy\t<string>");
        (await server.KubectlAsync("explain", "customresourcedefinitions.spec.names")).ShouldContain("shortNames");
    }

    [ToolFact("kubectl")]
    public async Task Kubectl_lists_resources_and_prints_tables()
    {
        await using var server = new Documents();
        var resources = await server.KubectlAsync("api-resources", "--no-headers");
        resources.ShouldContain("deployments");
        resources.ShouldContain("rbac.authorization.k8s.io/v1");
        var table = await server.KubectlAsync("get", "namespaces");
        table.ShouldContain("NAME");
        table.Split('\n')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["default", "Active", "2m"]);
    }

    [ToolFact("kubectl")]
    public async Task Kubectl_checks_a_manifest_before_it_creates()
    {
        await using var server = new Documents();
        var text = await server.KubectlAsync("create", "deployment", "d", "--image=i", "--dry-run=client", "-o", "name");
        text.Trim().ShouldBe("deployment.apps/d");
    }

    /// <summary>Serves nothing but documents, and one namespace.</summary>
    private sealed class Documents : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly IReadOnlyList<ResourceDefinition> _resources = ResourceCatalog.Create(ServiceAllocator.CreateDefault());
        private readonly string _address;
        private readonly string _home = Directory.CreateTempSubdirectory("kubectl").FullName;
        private readonly Task _serving;

        public Documents()
        {
            _address = $"http://127.0.0.1:{FreePorts.Next()}";
            _listener.Prefixes.Add(_address + "/");
            _listener.Start();
            _serving = ServeAsync();
        }

        public async Task<string> KubectlAsync(params string[] arguments)
        {
            var start = new ProcessStartInfo(Tools.Require("kubectl")) { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in (string[])["--server", _address, "--cache-dir", _home, .. arguments]) start.ArgumentList.Add(argument);
            start.Environment["KUBECONFIG"] = Path.Combine(_home, "none");
            start.Environment["HOME"] = _home;
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            process.ExitCode.ShouldBe(0, errors);
            return await output;
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
            Directory.Delete(_home, recursive: true);
        }

        private async Task ServeAsync()
        {
            while (_listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                var document = Answer(context.Request);
                context.Response.StatusCode = document is null ? 404 : 200;
                context.Response.ContentType = context.Request.Headers["Accept"]?.Contains("as=APIGroupDiscoveryList", StringComparison.Ordinal) == true
                    ? "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
                    : "application/json";
                await context.Response.OutputStream.WriteAsync(document is null ? Encoding.UTF8.GetBytes("404 page not found\n") : OpenApiDocuments.Utf8(document));
                context.Response.Close();
            }
        }

        private JsonObject? Answer(HttpListenerRequest request)
        {
            var path = request.Url!.AbsolutePath.Trim('/').Split('/');
            return path switch
            {
                ["api"] => AggregatedDiscovery.Document(_resources, core: true),
                ["apis"] => AggregatedDiscovery.Document(_resources, core: false),
                ["openapi", "v3"] => OpenApiDocuments.V3Index(OpenApiDocuments.Parts(_resources).Select(p => (p.Path, "0"))),
                ["openapi", "v3", "api", var version] => OpenApiDocuments.V3(_resources, "", version, Version),
                ["openapi", "v3", "apis", var group, var version] => OpenApiDocuments.V3(_resources, group, version, Version),
                ["api", "v1", "namespaces"] => Namespaces(),
                _ => null,
            };
        }

        private JsonObject Namespaces()
        {
            var created = (DateTimeOffset.UtcNow - TimeSpan.FromSeconds(121)).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            var item = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "default", ["creationTimestamp"] = created }, ["status"] = new JsonObject { ["phase"] = "Active" } };
            return new TableBuilder(new Later(created)).Table(_resources.Single(r => r.Kind == "Namespace"), [item], null, IncludeObject.Metadata);
        }
    }

    /// <summary>Exactly two minutes later.</summary>
    private sealed class Later(string than) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.Parse(than, CultureInfo.InvariantCulture) + TimeSpan.FromMinutes(2);
    }
}
