using System.Globalization;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Schemas;
using DpuCluster.ApiServer.Selectors;
using Microsoft.AspNetCore.Http;

namespace DpuCluster.ApiServer.Http;

/// <summary>The parameters of lists and watches.</summary>
internal sealed record ListOptions
{
    private const string NotOlderThan = "NotOlderThan";

    public ObjectFilter Filter { get; init; } = ObjectFilter.Everything;

    /// <summary>Most objects of one page; 0 for all.</summary>
    public long Limit { get; init; }

    public string Continue { get; init; } = "";

    public string ResourceVersion { get; init; } = "";

    public string ResourceVersionMatch { get; init; } = "";

    public bool AllowBookmarks { get; init; }

    public bool? SendInitialEvents { get; init; }

    /// <summary>When a watch ends; null for when the server likes.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Reads and checks them.</summary>
    /// <exception cref="ApiException">One of them is wrong, or they contradict each other.</exception>
    public static ListOptions Read(IQueryCollection query, ResourceDefinition resource, string ns, string name, bool watch)
    {
        // What cannot be read is found before what contradicts itself, and that before a field that there is not.
        var timeout = Number(query, "timeoutSeconds");
        var limit = Number(query, "limit") ?? 0;
        var labels = QueryParameters.Get(query, "labelSelector") is { Length: > 0 } selector ? LabelSelector.Parse(selector) : null;
        var terms = FieldSelector.Parse(QueryParameters.Get(query, "fieldSelector"));
        var options = new ListOptions
        {
            Limit = limit,
            Continue = QueryParameters.Get(query, "continue"),
            ResourceVersion = QueryParameters.Get(query, "resourceVersion"),
            ResourceVersionMatch = QueryParameters.Get(query, "resourceVersionMatch"),
            AllowBookmarks = QueryParameters.IsTrue(query, "allowWatchBookmarks"),
            SendInitialEvents = QueryParameters.Optional(query, "sendInitialEvents"),
            Timeout = timeout is { } seconds and > 0 ? TimeSpan.FromSeconds(Math.Min(seconds, 365 * 24 * 3600)) : null,
        };

        // A watch that says nothing of it begins with what there is where it names no version to begin from.
        if (watch && options is { SendInitialEvents: null, ResourceVersionMatch: "", ResourceVersion: "" or "0" })
            options = options with { SendInitialEvents = true, ResourceVersionMatch = NotOlderThan };
        options.Check(watch);
        return options with { Filter = ObjectFilter.Create(resource, ns, name, labels, terms) };
    }

    /// <summary>The resource version as a number; 0 when none is given.</summary>
    /// <exception cref="ApiException">It is not one.</exception>
    public long Revision => RevisionOf(ResourceVersion);

    /// <summary>A resource version as a number; 0 for none.</summary>
    /// <exception cref="ApiException">It is not one.</exception>
    public static long RevisionOf(string version)
    {
        if (version.Length == 0) return 0;
        if (long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)) return revision;
        var shown = GoText.Quote(version);
        throw new ApiException(500, "", $"resourceVersion: Invalid value: {shown}: strconv.ParseUint: parsing {shown}: {NumberFault(version)}");
    }

    /// <summary>Why text is no number of 64 bits, as Go says it.</summary>
    private static string NumberFault(string digits) => digits.Length > 0 && digits.All(char.IsAsciiDigit) ? "value out of range" : "invalid syntax";

    private void Check(bool watch)
    {
        var errors = new List<FieldError>();
        var match = ResourceVersionMatch;
        if (watch)
        {
            if (SendInitialEvents is not null && match != NotOlderThan)
                errors.Add(FieldError.Forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
            if (match.Length > 0)
            {
                if (SendInitialEvents is null) errors.Add(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
                if (match != NotOlderThan) errors.Add(FieldError.NotSupported("resourceVersionMatch", JsonValue.Create(match), [NotOlderThan]));
                if (Continue.Length > 0) errors.Add(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"));
            }
        }
        else
        {
            if (match.Length > 0)
            {
                if (ResourceVersion.Length == 0) errors.Add(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"));
                if (Continue.Length > 0) errors.Add(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"));
                if (match is not ("Exact" or NotOlderThan)) errors.Add(FieldError.NotSupported("resourceVersionMatch", JsonValue.Create(match), ["Exact", NotOlderThan, ""]));
                if (match == "Exact" && ResourceVersion == "0") errors.Add(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
            }

            if (SendInitialEvents is not null) errors.Add(FieldError.Forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
        }

        if (errors.Count > 0) throw ApiErrors.Invalid("meta.k8s.io", "ListOptions", "", errors);
    }

    /// <summary>A parameter that is a whole number; null where it is not given.</summary>
    /// <exception cref="ApiException">400: it is none.</exception>
    public static long? Number(IQueryCollection query, string name)
    {
        if (!query.ContainsKey(name)) return null;
        var text = QueryParameters.Get(query, name);
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return number;
        var digits = text.StartsWith('-') || text.StartsWith('+') ? text[1..] : text;
        throw ApiErrors.BadRequest($"strconv.ParseInt: parsing {GoText.Quote(text)}: {NumberFault(digits)}");
    }
}
