using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Tables;
using DpuCluster.ApiServer.Tests.Catalog;

namespace DpuCluster.ApiServer.Tests.Tables;

public sealed class TableTests
{
    private static readonly ResourceDefinition Widget = new()
    {
        Group = "conformance.example.com",
        Version = "v1",
        Kind = "Widget",
        Plural = "widgets",
        Namespaced = true,
        PrinterColumns =
        [
            new PrinterColumn("Ready", "string", ".status.conditions[?(@.type=='Ready')].status"),
            new PrinterColumn("Size", "integer", ".spec.size", Description: "how large it is"),
            new PrinterColumn("Note", "string", ".spec.note", Priority: 1),
            new PrinterColumn("Age", "date", ".metadata.creationTimestamp"),
        ],
    };

    private readonly Requests _requests = new();
    private readonly TableBuilder _tables = new(new Noon());

    [Fact]
    public void Custom_columns_come_from_their_paths()
    {
        var item = Requests.Json("""
            {"apiVersion":"conformance.example.com/v1","kind":"Widget","metadata":{"name":"a","creationTimestamp":"2026-01-02T11:55:00Z"},
             "spec":{"size":5,"note":"hello"},"status":{"conditions":[{"type":"Ready","status":"True"}]}}
            """);
        var table = _tables.Table(Widget, [item], Requests.Json("""{"resourceVersion":"7"}"""), IncludeObject.Metadata);
        foreach (var column in table["columnDefinitions"]!.AsArray()) column!.AsObject().Remove("description").ShouldBeTrue();
        Requests.ShouldBeJson(table, """
            {"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"7"},"columnDefinitions":[
              {"name":"Name","type":"string","format":"name","priority":0},{"name":"Ready","type":"string","format":"","priority":0},
              {"name":"Size","type":"integer","format":"","priority":0},{"name":"Note","type":"string","format":"","priority":1},
              {"name":"Age","type":"date","format":"","priority":0}],
             "rows":[{"cells":["a","True",5,"hello","5m"],
               "object":{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a","creationTimestamp":"2026-01-02T11:55:00Z"}}}]}
            """);
    }

    [Fact]
    public void Missing_values_and_objects_are_null()
    {
        var table = _tables.Table(Widget, [Requests.Json("""{"metadata":{"name":"a"},"spec":{"size":"five"}}""")], null, IncludeObject.None, headers: false);
        Requests.ShouldBeJson(table, """
            {"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{},"columnDefinitions":null,"rows":[{"cells":["a",null,null,null,null],"object":null}]}
            """);
    }

    [Fact]
    public void Secrets_have_type_and_number_of_keys()
    {
        var table = _tables.Table(_requests.Resource("secrets"), [Requests.Json("""{"metadata":{"name":"s"},"type":"Opaque","data":{"a":"","b":""}}""")], null, IncludeObject.None);
        table["columnDefinitions"]!.AsArray().Select(c => $"{c!["name"]} {c["type"]}").ShouldBe(["Name string", "Type string", "Data string", "Age string"]);
        Requests.ShouldBeJson(table["rows"]![0]!["cells"], """["s","Opaque",2,"<unknown>"]""");
    }

    [Theory]
    [InlineData("services", "", """{"spec":{"type":"NodePort","clusterIPs":["10.0.0.1"],"ports":[{"port":80,"nodePort":30001,"protocol":"TCP"},{"port":81,"protocol":"UDP"}],"selector":{"b":"1","a":"2"}}}""",
        """["a","NodePort","10.0.0.1","<none>","80:30001/TCP,81/UDP","<unknown>","a=2,b=1"]""")]
    [InlineData("services", "", """{"spec":{"type":"LoadBalancer"}}""", """["a","LoadBalancer","<none>","<pending>","<none>","<unknown>","<none>"]""")]
    [InlineData("deployments", "apps", """{"spec":{"replicas":3,"selector":{"matchLabels":{"a":"b"},"matchExpressions":[{"key":"c","operator":"In","values":["e","d"]}]},"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}},"status":{"readyReplicas":2,"updatedReplicas":3}}""",
        """["a","2/3",3,0,"<unknown>","c","i","a=b,c in (d,e)"]""")]
    [InlineData("daemonsets", "apps", """{"status":{"desiredNumberScheduled":2,"numberReady":1}}""", """["a",2,0,1,0,0,"<none>","<unknown>","","","<none>"]""")]
    [InlineData("nodes", "", """{"metadata":{"name":"a","labels":{"node-role.kubernetes.io/control-plane":"true","node-role.kubernetes.io/etcd":""}},"spec":{"unschedulable":true},"status":{"conditions":[{"type":"Ready","status":"True"}],"nodeInfo":{"kubeletVersion":"v1"},"addresses":[{"type":"InternalIP","address":"1.2.3.4"}]}}""",
        """["a","Ready,SchedulingDisabled","control-plane,etcd","<unknown>","v1","1.2.3.4","<none>","<unknown>","<unknown>","<unknown>"]""")]
    [InlineData("rolebindings", "rbac.authorization.k8s.io", """{"roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"User","name":"u"},{"kind":"ServiceAccount","name":"s","namespace":"n"}]}""",
        """["a","Role/r","<unknown>","u","","n/s"]""")]
    [InlineData("events", "", """{"involvedObject":{"kind":"ConfigMap","name":"x"},"type":"Normal","reason":"R","message":"m\n","lastTimestamp":"2026-01-02T11:59:30Z","source":{"component":"c","host":"h"},"count":3}""",
        """["30s","Normal","R","configmap/x","","c, h","m","<unknown>",3,"a"]""")]
    [InlineData("leases", "coordination.k8s.io", """{"spec":{"holderIdentity":"me"}}""", """["a","me","<unknown>"]""")]
    [InlineData("customresourcedefinitions", "apiextensions.k8s.io", """{"metadata":{"name":"a","creationTimestamp":"2026-01-02T03:04:05Z"}}""", """["a","2026-01-02T03:04:05Z"]""")]
    public void Built_in_kinds_have_their_columns(string plural, string group, string json, string cells)
    {
        var item = Requests.Json(json);
        if (item["metadata"] is null) item["metadata"] = new JsonObject { ["name"] = "a" };
        Requests.ShouldBeJson(_tables.Table(_requests.Resource(plural, group), [item], null, IncludeObject.None)["rows"]![0]!["cells"], cells);
    }

    [Theory]
    [InlineData("""{"phase":"Pending"}""", """["0/1","Pending","0"]""")]
    [InlineData("""{"phase":"Running","containerStatuses":[{"name":"c","ready":true,"restartCount":2,"state":{"running":{}},"lastState":{"terminated":{"finishedAt":"2026-01-02T11:00:00Z"}}}]}""", """["1/1","Running","2 (60m ago)"]""")]
    [InlineData("""{"phase":"Pending","containerStatuses":[{"name":"c","state":{"waiting":{"reason":"ImagePullBackOff"}}}]}""", """["0/1","ImagePullBackOff","0"]""")]
    [InlineData("""{"phase":"Failed","containerStatuses":[{"name":"c","state":{"terminated":{"exitCode":3}}}]}""", """["0/1","ExitCode:3","0"]""")]
    [InlineData("""{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"running":{}}}]}""", """["0/1","Init:0/1","0"]""")]
    public void Status_of_a_pod_sums_up_its_containers(string status, string cells)
    {
        var pod = Requests.Json($$$"""{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c"}],"initContainers":[{"name":"i"}]},"status":{{{status}}}}""");
        var row = _tables.Table(_requests.Resource("pods"), [pod], null, IncludeObject.None)["rows"]![0]!["cells"]!.AsArray();
        Requests.ShouldBeJson(new JsonArray([.. row.Skip(1).Take(3).Select(c => c?.DeepClone())]), cells);
    }

    [Fact]
    public void Pod_that_is_being_deleted_says_so()
    {
        var pod = Requests.Json("""{"metadata":{"name":"p","deletionTimestamp":"2026-01-02T11:00:00Z"},"spec":{"containers":[{"name":"c"}]},"status":{"phase":"Running"}}""");
        _tables.Table(_requests.Resource("pods"), [pod], null, IncludeObject.None)["rows"]![0]!["cells"]![2]!.GetValue<string>().ShouldBe("Terminating");
    }

    [Theory]
    [InlineData(-5, "<invalid>")]
    [InlineData(0, "0s")]
    [InlineData(119, "119s")]
    [InlineData(120, "2m")]
    [InlineData(125, "2m5s")]
    [InlineData(600, "10m")]
    [InlineData(3 * 3600, "3h")]
    [InlineData((3 * 3600) + 60, "3h1m")]
    [InlineData(47 * 3600, "47h")]
    [InlineData(50 * 3600, "2d2h")]
    [InlineData(8 * 86400, "8d")]
    [InlineData(729 * 86400, "729d")]
    [InlineData(731 * 86400, "2y1d")]
    [InlineData(9 * 365 * 86400, "9y")]
    public void Durations_are_short(int seconds, string text) => HumanDuration.Text(TimeSpan.FromSeconds(seconds)).ShouldBe(text);

    private sealed class Noon : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
    }
}
