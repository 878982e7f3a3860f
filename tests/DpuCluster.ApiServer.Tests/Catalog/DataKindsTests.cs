using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Tests.Catalog;

public sealed class DataKindsTests
{
    private readonly Requests _requests = new();

    [Fact]
    public void Plain_text_of_a_secret_becomes_data()
    {
        var secret = _requests.Made("secrets", """{"data":{"a":"QQ==","b":"Qg=="},"stringData":{"a":"x"}}""");
        Requests.ShouldBeJson(secret["data"], """{"a":"eA==","b":"Qg=="}""");
        secret.ContainsKey("stringData").ShouldBeFalse();
        secret["type"]!.GetValue<string>().ShouldBe("Opaque");
    }

    [Fact]
    public void Broken_base64_cannot_be_read() =>
        _requests.Resource("secrets").Strategy.DecodingError(Requests.Json("""{"data":{"a":"QQ!="}}""")).ShouldBe("illegal base64 data at input byte 2");

    [Theory]
    [InlineData("QUJD", null)]
    [InlineData("QUI=", null)]
    [InlineData("QUJD\nQUJD\n", null)]
    [InlineData("x", 0)]
    [InlineData("QUJDQ", 4)]
    [InlineData("Q===", 1)]
    [InlineData("QQ=", 3)]
    [InlineData("QQ==Q", 4)]
    public void Base64_is_told_from_other_text(string text, int? error) => DpuCluster.ApiServer.Catalog.Types.Base64Text.FirstError(text).ShouldBe(error);

    [Fact]
    public void Type_of_a_secret_cannot_change()
    {
        var secret = _requests.Made("secrets", """{"type":"x/y"}""");
        _requests.Update("secrets", secret, s => s["type"] = "z").Errors.ShouldHaveSingleItem().ToString()
            .ShouldBe("""type: Invalid value: "z": field is immutable""");
    }

    [Theory]
    [InlineData("kubernetes.io/tls", "data[tls.crt]: Required value", "data[tls.key]: Required value")]
    [InlineData("kubernetes.io/basic-auth", "data[username]: Required value", "data[password]: Required value")]
    [InlineData("kubernetes.io/ssh-auth", "data[ssh-privatekey]: Required value")]
    [InlineData("kubernetes.io/dockerconfigjson", "data[.dockerconfigjson]: Required value")]
    [InlineData("kubernetes.io/service-account-token", "metadata.annotations[kubernetes.io/service-account.name]: Required value")]
    public void Secrets_of_known_types_must_have_their_keys(string type, params string[] errors) =>
        _requests.Refused("secrets", $$"""{"type":"{{type}}"}""").ShouldBe(errors);

    [Fact]
    public void Data_of_more_than_a_mebibyte_is_refused()
    {
        var large = new string('x', (1024 * 1024) + 1);
        _requests.Refused("secrets", $$$"""{"stringData":{"k":"{{{large}}}"}}""").ShouldBe(["data: Too long: may not be more than 1048576 bytes"]);
        _requests.Refused("configmaps", $$$"""{"data":{"k":"{{{large}}}"}}""").ShouldBe(["[]: Too long: may not be more than 1048576 bytes"]);
        _requests.Refused("configmaps", $$$"""{"data":{"k":"{{{large[1..]}}}"}}""").ShouldBeEmpty();
    }

    [Fact]
    public void Immutable_data_cannot_change()
    {
        var map = _requests.Made("configmaps", """{"immutable":true,"data":{"k":"v"}}""");
        _requests.Update("configmaps", map, m => (m["data"]!["k"], m["immutable"]) = ("w", false)).Errors.Select(e => e.ToString()).ShouldBe(
        [
            "immutable: Forbidden: field is immutable when `immutable` is set",
            "data: Forbidden: field is immutable when `immutable` is set",
        ]);
    }

    [Fact]
    public void Keys_are_checked()
    {
        _requests.Refused("configmaps", """{"data":{"a b":""}}""").ShouldBe(
            ["""data[a b]: Invalid value: "a b": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"""]);
        _requests.Refused("configmaps", """{"data":{"a":""},"binaryData":{"a":""}}""").ShouldBe(
        [
            """data[a]: Invalid value: "a": duplicate of key present in binaryData""",
            """binaryData[a]: Invalid value: "a": duplicate of key present in data""",
        ]);
    }

    [Fact]
    public void Empty_data_is_not_written()
    {
        var map = _requests.Made("configmaps", """{"data":{},"unknown":1}""");
        map.Select(p => p.Key).ShouldBe(["kind", "apiVersion", "metadata"]);
    }

    [Theory]
    [InlineData("configmaps", """{"data":{"a":1}}""", "json: cannot unmarshal number into Go struct field ConfigMap.data of type string")]
    [InlineData("configmaps", """{"data":[]}""", "json: cannot unmarshal array into Go struct field ConfigMap.data of type map[string]string")]
    [InlineData("services", """{"spec":{"ports":[{"port":"x"}]}}""", "json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32")]
    [InlineData("services", """{"spec":{"ports":[{"port":1.5}]}}""", "json: cannot unmarshal number 1.5 into Go struct field ServicePort.spec.ports.port of type int32")]
    [InlineData("services", """{"spec":7}""", "json: cannot unmarshal number into Go struct field Service.spec of type v1.ServiceSpec")]
    public void Value_of_another_type_cannot_be_read(string plural, string json, string error) =>
        _requests.Resource(plural).Strategy.DecodingError(Requests.Json(json)).ShouldBe(error);

    [Fact]
    public void Namespace_holds_its_finalizer_and_label()
    {
        var made = _requests.Made("namespaces", """{"metadata":{"name":"n"},"status":{"phase":"Terminating"}}""");
        Requests.ShouldBeJson(made["spec"], """{"finalizers":["kubernetes"]}""");
        Requests.ShouldBeJson(made["status"], """{"phase":"Active"}""");
        Requests.ShouldBeJson(made["metadata"]!["labels"], """{"kubernetes.io/metadata.name":"n"}""");
        var (updated, _) = _requests.Update("namespaces", made, n => n["spec"] = new JsonObject());
        Requests.ShouldBeJson(updated["spec"], """{"finalizers":["kubernetes"]}""");
    }

    [Fact]
    public void Namespaces_of_the_system_stay() =>
        _requests.Resource("namespaces").Strategy.DeletionRefusal(Requests.Json("""{"metadata":{"name":"kube-system"}}""")).ShouldBe("this namespace may not be deleted");
}
