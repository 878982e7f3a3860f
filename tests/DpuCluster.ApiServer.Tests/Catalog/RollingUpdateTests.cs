namespace DpuCluster.ApiServer.Tests.Catalog;

/// <summary>The rules of a real server for selectors and rolling updates (<c>ValidateDeploymentSpec</c>, <c>ValidateDaemonSetSpec</c>).</summary>
public sealed class RollingUpdateTests
{
    private const string Percent = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

    private readonly Requests _requests = new();

    [Theory]
    [InlineData("deployments", "spec.selector: Required value", "spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`", "spec.template.spec.containers: Required value")]
    [InlineData("replicasets", "spec.selector: Required value", "spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`", "spec.template.spec.containers: Required value")]
    [InlineData("daemonsets", "spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`", "spec.template.spec.containers: Required value")]
    public void What_selects_nothing_is_refused(string plural, params string[] errors) => _requests.Refused(plural, """{"spec":{}}""", "apps").ShouldBe(errors);

    [Theory]
    [InlineData("deployments", "strategy", """{"maxSurge":"x%","maxUnavailable":"150%"}""", "maxSurge: Invalid value: \"x%\": " + Percent, "maxUnavailable: Invalid value: \"150%\": must not be greater than 100%")]
    [InlineData("deployments", "strategy", """{"maxSurge":-1,"maxUnavailable":1}""", "maxSurge: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("deployments", "strategy", """{"maxSurge":"0%","maxUnavailable":0}""", "maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0")]
    [InlineData("daemonsets", "updateStrategy", """{"maxSurge":1,"maxUnavailable":1}""", "maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero")]
    [InlineData("daemonsets", "updateStrategy", """{"maxSurge":0,"maxUnavailable":0}""", "maxUnavailable: Required value: cannot be 0 when maxSurge is 0")]
    public void Rolling_update_that_cannot_be_is_refused(string plural, string field, string rolling, params string[] errors) =>
        _requests.Refused(plural, $$$$"""{"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}},"{{{{field}}}}":{"type":"RollingUpdate","rollingUpdate":{{{{rolling}}}}}}}""", "apps")
            .ShouldBe(errors.Select(e => $"spec.{field}.rollingUpdate.{e}"));
}
