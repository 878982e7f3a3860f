using DpuCluster.Kubernetes.Resources;

namespace DpuCluster.Operator.Tests;

public sealed class OperatorAssessmentTests
{
    [Theory]
    [InlineData(2L, 2, 2, 2, 2, null)]
    [InlineData(1L, 2, 2, 2, 2, "has not been looked at yet")]
    [InlineData(2L, 2, 1, 2, 3, "has replaced 1 of 2 pods")]
    [InlineData(2L, 2, 2, 2, 3, "has replaced 2 of 2 pods")]
    [InlineData(2L, 2, 2, 1, 2, "has 1 of 2 pods available")]
    [InlineData(2L, 0, 0, 0, 0, null)]
    [InlineData(null, 2, 2, 2, 2, "has not been looked at yet")]
    public void Deployment_is_ready_when_all_its_pods_are_of_the_present_template_and_available(
        long? observed, int wanted, int updated, int available, int total, string? expected)
    {
        var deployment = new Deployment
        {
            Metadata = new() { Name = "d", Generation = 2 },
            Spec = new() { Replicas = wanted },
            Status = new() { ObservedGeneration = observed, UpdatedReplicas = updated, AvailableReplicas = available, Replicas = total },
        };

        OperatorAssessment.Unready("d", deployment).ShouldBe(expected is null ? null : $"Deployment d {expected}");
    }

    [Fact]
    public void Deployment_that_is_not_there_is_not_ready() => OperatorAssessment.Unready("d", null).ShouldBe("Deployment d is not there yet");
}
