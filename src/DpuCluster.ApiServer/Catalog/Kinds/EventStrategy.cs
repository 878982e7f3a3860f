using System.Text;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.Catalog.Kinds;

/// <summary>Events of the core group, which is also how those of <c>events.k8s.io</c> are stored.</summary>
internal sealed class EventStrategy(bool core) : BuiltInStrategy(core ? "core" : "events", "Event")
{
    // Other name in events.k8s.io → name in the core group.
    private static readonly (string Events, string Core)[] Renamed =
    [
        ("regarding", "involvedObject"),
        ("note", "message"),
        ("reportingController", "reportingComponent"),
        ("deprecatedSource", "source"),
        ("deprecatedFirstTimestamp", "firstTimestamp"),
        ("deprecatedLastTimestamp", "lastTimestamp"),
        ("deprecatedCount", "count"),
    ];

    private static readonly BuiltInStrategy CoreForm = new("core", "Event");
    private static readonly BuiltInStrategy EventsForm = new("events", "Event");

    /// <summary>The stored form of an event of <c>events.k8s.io/v1</c>.</summary>
    public static JsonObject ToCore(JsonObject served)
    {
        var stored = Convert(served, "v1", Renamed.ToDictionary(r => r.Events, r => r.Core));
        CoreForm.Normalize(stored);
        return stored;
    }

    /// <summary>The event as <c>events.k8s.io/v1</c> shows it.</summary>
    public static JsonObject FromCore(JsonObject stored)
    {
        var served = Convert(stored, "events.k8s.io/v1", Renamed.ToDictionary(r => r.Core, r => r.Events));
        EventsForm.Normalize(served);
        return served;
    }

    public override void Validate(JsonObject obj, ICollection<FieldError> errors)
    {
        var involved = core ? "involvedObject" : "regarding";
        var scope = obj.At("metadata", "namespace").AsText() ?? "";
        var about = obj.At(involved, "namespace").AsText() ?? "";
        if (about.Length == 0 ? scope is not ("" or "default") : about != scope)
            errors.Add(FieldError.Invalid("involvedObject.namespace", about, "does not match event.namespace"));

        if (!core) Strict(obj, errors);
        if (obj["eventTime"] is not null) NewStyle(obj, errors);
    }

    public override void ValidateUpdate(JsonObject obj, JsonObject old, ICollection<FieldError> errors)
    {
        if (core) return;
        foreach (var field in (ReadOnlySpan<string>)["regarding", "reason", "reportingController", "reportingInstance", "action", "related", "note", "type", "eventTime"])
        {
            if (!JsonNode.DeepEquals(obj[field], old[field]))
                errors.Add(FieldError.Invalid(CoreName(field), obj[field]?.DeepClone(), "field is immutable"));
        }
    }

    private void NewStyle(JsonObject obj, ICollection<FieldError> errors)
    {
        var field = core ? "reportingComponent" : "reportingController";
        var controller = obj.Text(field);
        if (controller.Length == 0) errors.Add(FieldError.Required(field));
        else ObjectMetaValidation.Add(errors, field, controller, ObjectNames.QualifiedName(controller));
        var instance = obj.Text("reportingInstance");
        if (instance.Length == 0) errors.Add(FieldError.Required("reportingInstance"));
        AtMost(instance, 128, "reportingInstance", errors);
        if (obj.Text("action").Length == 0) errors.Add(FieldError.Required("action"));
        AtMost(obj.Text("action"), 128, "action", errors);
        if (obj.Text("reason").Length == 0) errors.Add(FieldError.Required("reason"));
        AtMost(obj.Text("reason"), 128, "reason", errors);
        AtMost(obj.Text(core ? "message" : "note"), 1024, "message", errors);
    }

    private static void Strict(JsonObject obj, ICollection<FieldError> errors)
    {
        if (obj["eventTime"] is null) errors.Add(FieldError.Required("eventTime"));
        if (obj.Text("type") is var type and not ("Normal" or "Warning"))
            errors.Add(FieldError.Invalid("type", "", $"has invalid value: {type}"));
        if (obj["deprecatedFirstTimestamp"] is not null) errors.Add(FieldError.Invalid("firstTimestamp", "", "needs to be unset"));
        if (obj["deprecatedLastTimestamp"] is not null) errors.Add(FieldError.Invalid("lastTimestamp", "", "needs to be unset"));
        if (obj.Whole("deprecatedCount") is not (null or 0)) errors.Add(FieldError.Invalid("count", "", "needs to be unset"));
        if (obj.Object("deprecatedSource") is { Count: > 0 }) errors.Add(FieldError.Invalid("source", "", "needs to be unset"));
    }

    private static void AtMost(string value, int most, string field, ICollection<FieldError> errors)
    {
        if (Encoding.UTF8.GetByteCount(value) > most)
            errors.Add(FieldError.Invalid(field, "", $"can have at most {most} characters"));
    }

    private static string CoreName(string field) => Renamed.FirstOrDefault(r => r.Events == field).Core ?? field;

    private static JsonObject Convert(JsonObject from, string apiVersion, Dictionary<string, string> names)
    {
        var to = new JsonObject();
        foreach (var (name, value) in from) to[names.GetValueOrDefault(name, name)] = value?.DeepClone();
        to["kind"] = "Event";
        to["apiVersion"] = apiVersion;
        return to;
    }
}
