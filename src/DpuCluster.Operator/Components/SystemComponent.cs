using DpuCluster.Api;
using DpuCluster.Controllers.Permissions;

namespace DpuCluster.Operator.Components;

/// <summary>
/// A process that the operator can install. Who composes the operator says which there are: it knows the processes themselves no more than
/// by this.
/// </summary>
/// <param name="Role">What the process is called, and may do.</param>
/// <param name="EntryPoint">The program in the image, such as <c>/provisioning</c>.</param>
/// <param name="Choose">What a DPFOperatorConfig says of the process.</param>
public sealed record SystemComponent(ControllerRole Role, string EntryPoint, Func<DPFOperatorConfigSpec, ComponentChoice> Choose)
{
    /// <summary>Whether the process makes pods itself, and is told which images and pull secrets they get.</summary>
    public bool MakesPods { get; init; }
}

/// <summary>What a DPFOperatorConfig says of one process.</summary>
/// <param name="IsWanted">Whether it is to run.</param>
/// <param name="Image">Its image; <see langword="null"/> for the operator's own.</param>
public sealed record ComponentChoice(bool IsWanted, string? Image)
{
    /// <summary>A section of the config: its component runs unless it is disabled.</summary>
    public static ComponentChoice UnlessDisabled(bool? disable, string? image) => new(disable is not true, image);

    /// <summary>A section of the config without which its component does not run.</summary>
    public static ComponentChoice WherePresent(ComponentConfig? section) => new(section is { Disable: not true }, section?.Image);
}
