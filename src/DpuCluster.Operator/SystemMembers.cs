using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Operator.Applying;
using DpuCluster.Operator.Components;

namespace DpuCluster.Operator;

/// <summary>Everything that the operator has installed, of all kinds.</summary>
internal sealed class SystemMembers(
    string setId,
    MemberSet<ServiceAccount> accounts,
    MemberSet<ClusterRole> clusterRoles,
    MemberSet<ClusterRoleBinding> clusterRoleBindings,
    MemberSet<Role> roles,
    MemberSet<RoleBinding> roleBindings,
    MemberSet<Deployment> deployments)
{
    private static readonly ResourceType[] Resources =
    [
        ServiceAccount.Resource, ClusterRole.Resource, ClusterRoleBinding.Resource, Role.Resource, RoleBinding.Resource, Kubernetes.Resources.Deployment.Resource,
    ];

    /// <summary>The kinds of all members, as the parent of the set names them.</summary>
    public static string Kinds { get; } = ApplySet.Kinds(Resources);

    /// <summary>Identity of the set.</summary>
    public string SetId => setId;

    // A process that ends needs its rights until it has given its lease back.
    private IReadOnlyList<IMemberSet> AfterPods => [clusterRoleBindings, roleBindings, clusterRoles, roles, accounts];

    /// <summary>The Deployment of this name; <see langword="null"/> where there is none.</summary>
    public Deployment? Deployment(string name) => deployments.All.FirstOrDefault(member => member.Metadata.Name == name);

    /// <summary>Makes everything what it should be; what one component cannot have keeps no other from getting what it needs.</summary>
    /// <param name="wanted">What there should be, and nothing else.</param>
    /// <param name="seen">What is known so far.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>What is known now.</returns>
    public async Task<OperatorObservation> ReconcileAsync(IReadOnlyList<ComponentManifests> wanted, OperatorObservation seen, CancellationToken cancellation)
    {
        var problems = new List<string>();
        var live = new Dictionary<string, Deployment?>(seen.Deployments);
        foreach (var component in wanted)
        {
            var name = component.Deployment.Metadata.Name!;
            await TryAsync(problems, async () => live[name] = await EnsureAsync(component, cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        }

        var names = wanted.Select(component => component.Deployment.Metadata.Name!).ToHashSet(StringComparer.Ordinal);
        var leaving = new List<string>();
        foreach (var name in deployments.Names.Except(names))
        {
            await RemoveAsync(deployments, name).ConfigureAwait(false);
        }

        foreach (var set in AfterPods)
        {
            foreach (var name in set.Names.Except(names).Where(name => Deployment(name) is null))
            {
                await RemoveAsync(set, name).ConfigureAwait(false);
            }
        }

        return seen with { Problems = problems, Leaving = leaving, Deployments = live };

        async Task RemoveAsync(IMemberSet set, string name)
        {
            await TryAsync(problems, async () =>
            {
                if (!await set.RemoveAsync(name, cancellation).ConfigureAwait(false))
                {
                    leaving.Add($"{set.Kind} {name}");
                }
            }).ConfigureAwait(false);
        }
    }

    /// <summary>Rights before pods, so that none starts without.</summary>
    private async Task<Deployment> EnsureAsync(ComponentManifests component, CancellationToken cancellation)
    {
        await accounts.EnsureAsync(component.ServiceAccount, cancellation).ConfigureAwait(false);
        await clusterRoles.EnsureAsync(component.ClusterRole, cancellation).ConfigureAwait(false);
        await clusterRoleBindings.EnsureAsync(component.ClusterRoleBinding, cancellation).ConfigureAwait(false);
        await roles.EnsureAsync(component.Role, cancellation).ConfigureAwait(false);
        await roleBindings.EnsureAsync(component.RoleBinding, cancellation).ConfigureAwait(false);
        return await deployments.EnsureAsync(component.Deployment, cancellation).ConfigureAwait(false);
    }

    private static async Task TryAsync(List<string> problems, Func<Task> act)
    {
        try
        {
            await act().ConfigureAwait(false);
        }
        catch (MemberException exception)
        {
            problems.Add(exception.Message);
        }
    }
}
