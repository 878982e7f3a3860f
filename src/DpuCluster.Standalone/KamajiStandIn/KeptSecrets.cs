using System.Globalization;
using DpuCluster.Api;
using DpuCluster.Controllers.Informers;
using DpuCluster.Controllers.Reconciling;
using DpuCluster.Kubernetes.Client;
using DpuCluster.Kubernetes.Meta;
using DpuCluster.Kubernetes.Resources;
using DpuCluster.Standalone.Workloads;

namespace DpuCluster.Standalone.KamajiStandIn;

/// <summary>
/// The Secrets of control planes as they are in the cluster. Whether one is good is seen from what it holds, never from what has happened:
/// whoever deleted, restored or edited one, and whether anybody looked on, the control plane and its Secrets agree in the end.
/// </summary>
internal sealed class KeptSecrets(
    ObjectStore<PartialObjectMetadata> secrets, ResourceClient<Secret> reader, ObjectWriter<Secret> writer, TimeProvider clock)
{
    /// <summary>The keys that the Secrets of a control plane have kept.</summary>
    public async Task<TenantKeys> KeysAsync(TenantControlPlane tenant, CancellationToken cancellation) => TenantKeys.Of(
        await FindOwnAsync(tenant, TenantSecrets.Authority, cancellation).ConfigureAwait(false),
        await FindOwnAsync(tenant, TenantSecrets.ServiceAccounts, cancellation).ConfigureAwait(false));

    /// <summary>Whether somebody has put other keys, which can be used, in the place of those that the control plane runs with.</summary>
    public async Task<bool> AskForOtherKeysAsync(TenantControlPlane tenant, RunningTenant running, CancellationToken cancellation)
    {
        string[] components = [TenantSecrets.Authority, TenantSecrets.ServiceAccounts];
        if (components.All(component => MetadataOf(tenant, component) is not { } there || running.Good.GetValueOrDefault(component) == there.ResourceVersion))
        {
            return false;
        }

        var keys = await KeysAsync(tenant, cancellation).ConfigureAwait(false);
        return (keys.Authority ?? running.Keys.Authority) != running.Keys.Authority || (keys.TokenKeyPem ?? running.Keys.TokenKeyPem) != running.Keys.TokenKeyPem;
    }

    /// <summary>Writes every Secret that is missing, not good, or whose renewal was asked for.</summary>
    /// <returns>The metadata of all of them, by component.</returns>
    public async Task<Dictionary<string, ObjectMeta>> KeepAsync(TenantControlPlane tenant, RunningTenant running, CancellationToken cancellation)
    {
        var made = new Dictionary<string, ObjectMeta>();
        foreach (var secret in running.Secrets)
        {
            var there = MetadataOf(tenant, secret.Component);
            if (there is null || there.ResourceVersion != running.Good.GetValueOrDefault(secret.Component))
            {
                var found = there is null ? null : await reader.FindAsync(tenant.Metadata.Namespace, there.Name!, cancellation).ConfigureAwait(false);
                var rotate = secret.Lifecycle is not null && found?.Metadata.Annotations?.GetValueOrDefault(KamajiNames.RotateAnnotation) is "";
                there = found is not null && !rotate && IsGood(tenant, secret, found)
                    ? found.Metadata
                    : await WriteAsync(tenant, secret, rotate, cancellation).ConfigureAwait(false);
                running.Good[secret.Component] = there.ResourceVersion!;
            }

            made[secret.Component] = there;
        }

        return made;
    }

    private static bool IsGood(TenantControlPlane tenant, TenantSecret secret, Secret found) =>
        found.Metadata.OwnerReferences?.Any(owner => owner.Uid == tenant.Metadata.Uid) is true
        && Labels(tenant, secret).All(label => found.Metadata.Labels?.GetValueOrDefault(label.Key) == label.Value)
        && found.Data is { } content
        && found.Metadata.Annotations?.GetValueOrDefault(KamajiNames.ChecksumAnnotation) == TenantSecrets.Checksum(content)
        && secret.IsGood(content);

    private static Dictionary<string, string> Labels(TenantControlPlane tenant, TenantSecret secret)
    {
        var labels = KamajiNames.Labels(tenant.Metadata.Name!, secret.Component);
        if (secret.Lifecycle is { } lifecycle)
        {
            labels[KamajiNames.LifecycleLabel] = lifecycle;
        }

        return labels;
    }

    private static string Name(TenantControlPlane tenant, string component) => $"{tenant.Metadata.Name}-{component}";

    private ObjectMeta? MetadataOf(TenantControlPlane tenant, string component) =>
        secrets.Find(tenant.Metadata.Namespace!, Name(tenant, component))?.Metadata;

    private async Task<Secret?> FindOwnAsync(TenantControlPlane tenant, string component, CancellationToken cancellation) =>
        secrets.Find(tenant.Metadata.Namespace!, Name(tenant, component))?.ControllerOwner?.Uid == tenant.Metadata.Uid
            ? await reader.FindAsync(tenant.Metadata.Namespace, Name(tenant, component), cancellation).ConfigureAwait(false)
            : null;

    private async Task<ObjectMeta> WriteAsync(TenantControlPlane tenant, TenantSecret secret, bool rotate, CancellationToken cancellation)
    {
        var content = secret.Make();
        var annotations = new Dictionary<string, string> { [KamajiNames.ChecksumAnnotation] = TenantSecrets.Checksum(content) };
        if (rotate)
        {
            annotations[KamajiNames.RotateAnnotation] = clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        }

        var written = await writer.ApplyAsync(
            new()
            {
                Metadata = new()
                {
                    Name = Name(tenant, secret.Component),
                    Namespace = tenant.Metadata.Namespace,
                    Labels = Labels(tenant, secret),
                    Annotations = annotations,
                    OwnerReferences = [PodFactory.Owner(tenant, TenantControlPlane.Resource)],
                },
                Type = "Opaque",
                Data = content,
            },
            KamajiHost.Applying,
            cancellation).ConfigureAwait(false);
        return written.Metadata;
    }
}
