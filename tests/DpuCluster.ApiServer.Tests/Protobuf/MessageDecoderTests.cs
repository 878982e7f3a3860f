using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Catalog.Kinds;
using DpuCluster.ApiServer.Catalog.Types;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Protobuf;
using DpuCluster.ApiServer.Schemas.FieldValidation;

namespace DpuCluster.ApiServer.Tests.Protobuf;

public sealed class MessageDecoderTests
{
    public static TheoryData<string, string> Kinds
    {
        get
        {
            var kinds = new TheoryData<string, string>();
            var resources = ResourceCatalog.Create(ServiceAllocator.CreateDefault());
            foreach (var resource in resources) kinds.Add(resource.ApiVersion, resource.Kind);
            kinds.Add("autoscaling/v1", "Scale");
            kinds.Add("authentication.k8s.io/v1", "TokenRequest");
            kinds.Add("v1", "Binding");
            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_comes_through_unchanged(string apiVersion, string kind)
    {
        var type = TypeLibrary.FindKind(apiVersion, kind).ShouldNotBeNull();
        for (var seed = 0; seed < 60; seed++)
        {
            var obj = new RandomObjects(seed).Make(type);
            var decoded = MessageDecoder.Decode(MessageEncoder.Encode(obj, type).ToArray(), type);
            decoded.ToJsonString().ShouldBe(obj.ToJsonString(), $"seed {seed}");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Damaged_messages_are_refused_and_nothing_else_happens(string apiVersion, string kind)
    {
        var type = TypeLibrary.FindKind(apiVersion, kind).ShouldNotBeNull();
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var bytes = MessageEncoder.Encode(new RandomObjects(seed).Make(type), type).ToArray();
            if (bytes.Length == 0) continue;
            for (var i = random.Next(1, 4); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            TryDecode(bytes, type);
            TryDecode(bytes.AsSpan(0, random.Next(bytes.Length)), type);
            random.NextBytes(bytes);
            TryDecode(bytes, type);
        }
    }

    [Fact]
    public void Damaged_bodies_are_bad_requests()
    {
        var resource = ResourceCatalog.Create(ServiceAllocator.CreateDefault()).Single(r => r.Kind == "Deployment");
        var type = TypeLibrary.FindKind("apps/v1", "Deployment")!;
        var refused = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var body = MessageEncoder.Encode(new RandomObjects(seed).Make(type), type).Wrapped("apps/v1", "Deployment");
            if (seed % 3 == 0) body = body[..random.Next(body.Length)];
            else for (var i = random.Next(1, 6); i > 0; i--) body[random.Next(body.Length)] = (byte)random.Next(256);
            try
            {
                StrictJson.Parse(ProtobufBody.ToJson(resource, "", body)).Node.ShouldBeOfType<JsonObject>();
            }
            catch (ApiException exception)
            {
                exception.Code.ShouldBe(400);
                refused++;
            }
        }

        refused.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void Every_numbered_field_has_its_place()
    {
        // A field without a number gets lost silently; these are known to have none or not to be read.
        string[] without = ["config", "configSource", "declaredFeatures", "workloadRef", "extendedResourceClaimStatus", "allocatedResources", "resources", "observedGeneration", "kind", "apiVersion"];
        var seen = new HashSet<TypeDefinition>();
        foreach (var row in Kinds) Visit(TypeLibrary.FindKind((string)row[0], (string)row[1])!);
        seen.Count.ShouldBeGreaterThan(150);

        void Visit(TypeDefinition type)
        {
            if (type.IsFree || !seen.Add(type)) return;
            foreach (var field in type.Fields)
            {
                if (field.ProtobufNumber == 0) without.ShouldContain(field.Name, type.DefinitionName);
                for (var at = field.Type; at is not null; at = at.Element)
                    if (at.Form == TypeForm.Structure) Visit(at.Structure);
            }
        }
    }

    [Fact]
    public void Pointers_to_nothing_stay_and_empty_values_go()
    {
        var deployment = Decode("apps/v1", "Deployment", new WireWriter()
            .Message(1, new WireWriter().Text(1, "d").Text(2, "").Varint(7, 0).Message(8, new WireWriter()))
            .Message(2, new WireWriter().Varint(1, 0).Varint(5, 0).Varint(7, 0)));
        deployment["spec"]!.AsObject().ContainsKey("replicas").ShouldBeTrue();
        deployment["spec"]!.AsObject().ContainsKey("minReadySeconds").ShouldBeFalse();
        deployment["spec"]!.AsObject().ContainsKey("paused").ShouldBeFalse();
        deployment["metadata"]!["creationTimestamp"].ShouldBeNull();
        var account = Decode("v1", "ServiceAccount", new WireWriter().Varint(4, 0));
        ((bool)account["automountServiceAccountToken"]!).ShouldBeFalse();
    }

    [Fact]
    public void Values_that_are_messages_become_plain_values()
    {
        var lease = Decode("coordination.k8s.io/v1", "Lease", new WireWriter()
            .Message(1, new WireWriter().Message(8, new WireWriter().Varint(1, 1_700_000_000).Varint(2, 5)))
            .Message(2, new WireWriter().Message(4, new WireWriter().Varint(1, 1_700_000_000).Varint(2, 123_456_789))));
        lease["metadata"]!["creationTimestamp"]!.ToString().ShouldBe("2023-11-14T22:13:20Z");
        lease["spec"]!["renewTime"]!.ToString().ShouldBe("2023-11-14T22:13:20.123456Z");

        var service = Decode("v1", "Service", new WireWriter().Message(2, new WireWriter()
            .Message(1, new WireWriter().Varint(3, 80).Message(4, new WireWriter().Varint(1, 1).Text(3, "http")))
            .Message(1, new WireWriter().Varint(3, 81).Message(4, new WireWriter().Varint(1, 0).Varint(2, 8080)))
            .Message(2, new WireWriter().Text(1, "a").Text(2, "b"))));
        service["spec"]!["ports"]![0]!["targetPort"]!.ToJsonString().ShouldBe("\"http\"");
        service["spec"]!["ports"]![1]!["targetPort"]!.ToJsonString().ShouldBe("8080");
        service["spec"]!["selector"]!.ToJsonString().ShouldBe("""{"a":"b"}""");

        var map = Decode("v1", "ConfigMap", new WireWriter()
            .Message(1, new WireWriter().Message(17, new WireWriter().Text(1, "m").Message(7, new WireWriter().Text(1, """{"f:data":{}}"""))))
            .Message(3, new WireWriter().Text(1, "k").Bytes(2, [0xff, 0])));
        map["binaryData"]!["k"]!.ToString().ShouldBe("/wA=");
        map["metadata"]!["managedFields"]![0]!["fieldsV1"]!.ToJsonString().ShouldBe("""{"f:data":{}}""");
    }

    [Fact]
    public void Groups_that_JSON_does_not_have_are_dissolved()
    {
        var pod = Decode("v1", "Pod", new WireWriter().Message(2, new WireWriter()
            .Message(1, new WireWriter().Text(1, "v").Message(2, new WireWriter().Message(19, new WireWriter().Message(1, new WireWriter().Text(1, "settings")).Varint(4, 1))))
            .Message(34, new WireWriter().Message(1, new WireWriter().Text(1, "debug").Text(2, "busybox")).Text(2, "main"))));
        pod["spec"]!["volumes"]!.ToJsonString().ShouldBe("""[{"name":"v","configMap":{"name":"settings","optional":true}}]""");
        var debug = pod["spec"]!["ephemeralContainers"]![0]!;
        debug["image"]!.ToString().ShouldBe("busybox");
        debug["targetContainerName"]!.ToString().ShouldBe("main");
    }

    [Fact]
    public void Unknown_fields_are_passed_over_whatever_they_are()
    {
        var map = Decode("v1", "ConfigMap", new WireWriter()
            .Varint(200, 7).Double(201, 1).Text(202, "x")
            .Raw((203 << 3) | 5).Raw(1).Raw(1).Raw(1).Raw(1)
            .Raw((204 << 3) | 3).Varint(1, 1).Raw((9 << 3) | 3).Raw((9 << 3) | 4).Raw((204 << 3) | 4)
            .Message(2, new WireWriter().Text(1, "k").Varint(3, 1).Text(2, "v")));
        map["data"]!.ToJsonString().ShouldBe("""{"k":"v"}""");
    }

    [Fact]
    public void Messages_in_parts_and_packed_lists_are_whole()
    {
        var pod = Decode("v1", "Pod", new WireWriter()
            .Message(2, new WireWriter().Message(14, new WireWriter().Bytes(4, [1, 2]).Varint(4, 3)))
            .Message(2, new WireWriter().Text(10, "node")));
        pod["spec"]!["nodeName"]!.ToString().ShouldBe("node");
        pod["spec"]!["securityContext"]!["supplementalGroups"]!.ToJsonString().ShouldBe("[1,2,3]");
    }

    [Theory]
    [InlineData(new byte[] { 0x0a, 0x05, 0x0a }, "unexpected EOF")]
    [InlineData(new byte[] { 0x0a }, "unexpected EOF")]
    [InlineData(new byte[] { 0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 }, "proto: integer overflow")]
    [InlineData(new byte[] { 0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f }, "proto: negative length found during unmarshaling")]
    [InlineData(new byte[] { 0x0c }, "proto: ConfigMap: wiretype end group for non-group")]
    [InlineData(new byte[] { 0x02, 0x00 }, "proto: ConfigMap: illegal tag 0 (wire type 2)")]
    [InlineData(new byte[] { 0x08, 0x01 }, "proto: wrong wireType = 0 for field Metadata")]
    [InlineData(new byte[] { 0x7e }, "proto: illegal wireType 6")]
    public void What_is_no_message_is_refused(byte[] bytes, string message) =>
        Should.Throw<ProtobufException>(() => MessageDecoder.Decode(bytes, TypeLibrary.FindKind("v1", "ConfigMap")!)).Message.ShouldBe(message);

    [Fact]
    public void Bottomless_schemas_are_refused()
    {
        var type = TypeLibrary.Find("apiextensions", "JSONSchemaProps");
        var schema = new WireWriter().Text(5, "object");
        for (var i = 0; i < 200; i++) schema = new WireWriter().Message(28, schema);
        var whole = MessageDecoder.Decode(schema.ToArray(), type);
        for (var i = 0; i < 200; i++) whole = whole["not"]!.AsObject();
        whole["type"]!.ToString().ShouldBe("object");

        for (var i = 0; i < 2000; i++) schema = new WireWriter().Message(28, schema);
        Should.Throw<ProtobufException>(() => MessageDecoder.Decode(schema.ToArray(), type)).Message.ShouldContain("recursion depth");
    }

    private static void TryDecode(ReadOnlySpan<byte> bytes, TypeDefinition type)
    {
        try
        {
            _ = MessageDecoder.Decode(bytes, type).ToJsonString();
        }
        catch (ProtobufException)
        {
            // What is damaged may be refused, and may by chance be another message.
        }
    }

    private static JsonObject Decode(string apiVersion, string kind, WireWriter message) =>
        MessageDecoder.Decode(message.ToArray(), TypeLibrary.FindKind(apiVersion, kind)!);
}
