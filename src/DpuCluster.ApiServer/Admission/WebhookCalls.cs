using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Admission;

/// <summary>Asks one webhook about one request, and makes of its answer, or of the lack of one, what its configuration says.</summary>
internal sealed class WebhookCalls(AdmissionMetrics metrics, TimeProvider clock)
{
    private const string Refused = "no_error";
    private const string NotReached = "calling_webhook_error";
    private const string Internal = "apiserver_internal_error";

    /// <summary>Asks a webhook.</summary>
    /// <param name="hook">The webhook.</param>
    /// <param name="attributes">What it is asked about.</param>
    /// <param name="served">The version under which it sees the objects.</param>
    /// <param name="mutating">Whether it may change the object.</param>
    /// <param name="apply">Applies its patch; what it throws ends the request whatever the failure policy.</param>
    /// <returns>Whether the object was changed.</returns>
    /// <exception cref="ApiException">It refuses, or it cannot be asked and must be.</exception>
    public async Task<bool> AskAsync(Webhook hook, AdmissionAttributes attributes, ResourceDefinition served, bool mutating, Func<byte[], bool>? apply = null)
    {
        var type = mutating ? "admit" : "validating";
        var (operation, started) = (attributes.Operation, clock.GetTimestamp());
        try
        {
            if (attributes.DryRun && !hook.AllowsDryRun) throw ApiErrors.BadRequest($"admission webhook {GoText.Quote(hook.Name)} does not support dry run");
            var verdict = await ReviewAsync(hook, attributes, served, mutating).ConfigureAwait(false);
            lock (attributes.Origin.Warnings) attributes.Origin.Warnings.AddRange(verdict.Warnings);
            if (!verdict.Allowed)
            {
                var refusal = Refusal(hook.Name, verdict.Status);
                metrics.Rejected(hook.Name, type, operation, Refused, refusal.Code);
                metrics.Asked(hook.Name, type, operation, rejected: true, refusal.Code, clock.GetElapsedTime(started));
                throw new WebhookRefusal(refusal);
            }

            var changed = verdict.Patch.Length > 0 && apply!(verdict.Patch);
            metrics.Asked(hook.Name, type, operation, rejected: false, 200, clock.GetElapsedTime(started));
            return changed;
        }
        catch (WebhookRefusal refusal)
        {
            throw refusal.Status;
        }
        catch (WebhookFailure failure)
        {
            metrics.Asked(hook.Name, type, operation, !hook.IgnoresFailure, failure.Code, clock.GetElapsedTime(started));
            if (hook.IgnoresFailure)
            {
                metrics.FailedOpen(hook.Name, type);
                return false;
            }

            metrics.Rejected(hook.Name, type, operation, NotReached, failure.Code);
            throw ApiErrors.Internal($"failed calling webhook {GoText.Quote(hook.Name)}: {failure.Message}");
        }
        catch (ApiException)
        {
            metrics.Rejected(hook.Name, type, operation, Internal, 0);
            throw;
        }
    }

    private static async Task<AdmissionVerdict> ReviewAsync(Webhook hook, AdmissionAttributes attributes, ResourceDefinition served, bool mutating)
    {
        var version = AdmissionReviews.Version(hook);
        var uid = Guid.NewGuid().ToString();
        var request = AdmissionReviews.Request(attributes, served, uid);
        var review = AdmissionReviews.Review(version, request,
            WebhookMatching.Seen(attributes, attributes.Object, served), WebhookMatching.Seen(attributes, attributes.OldObject, served));
        try
        {
            var answer = await hook.Client.PostAsync(review, attributes.Origin.Aborted).ConfigureAwait(false);
            return AdmissionReviews.Read(answer, version, uid, mutating);
        }
        catch (WebhookFailure failure) when (failure.IsOfCall)
        {
            throw new WebhookFailure($"failed to call webhook: {failure.Message}", failure.Code);
        }
    }

    /// <summary>The error that a webhook's refusal is to the client: its own, with who said so in front.</summary>
    private static ApiException Refusal(string name, JsonObject? status)
    {
        var denied = $"admission webhook {GoText.Quote(name)} denied the request";
        var code = (int)(status?.Whole("code") ?? 0);
        var (message, reason) = (status?.Text("message") ?? "", status?.Text("reason") ?? "");
        var text = message.Length > 0 ? $"{denied}: {message}" : reason.Length > 0 ? $"{denied}: {reason}" : $"{denied} without explanation";
        return new ApiException(code is < 400 or > 999 ? 400 : code, reason, text, status?.Object("details")?.DeepClone().AsObject());
    }

    private sealed class WebhookRefusal(ApiException status) : Exception
    {
        public ApiException Status { get; } = status;
    }
}
