using System.Text.Json.Nodes;
using DpuCluster.Kubernetes.Meta;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>The kinds of field errors, named as in the causes of a <see cref="Status"/>.</summary>
internal enum FieldErrorType
{
    Invalid,
    Required,
    NotSupported,
    NotFound,
    Duplicate,
    Forbidden,
    TooLong,
    TooMany,
    TypeInvalid,
    Internal,
}

/// <summary>One thing that is wrong with one field, worded as kube-apiserver words it.</summary>
/// <param name="Type">What is wrong.</param>
/// <param name="Field">Path such as <c>spec.ports[0].name</c>; <c>&lt;nil&gt;</c> for the object as a whole.</param>
/// <param name="Body">The error without its field: <c>Invalid value: 0: must be greater than 0</c>.</param>
internal sealed record FieldError(FieldErrorType Type, string Field, string Body)
{
    /// <summary><c>field: body</c>, as it stands in the message of a status.</summary>
    public override string ToString() => $"{Field}: {Body}";

    public string CauseReason => Type == FieldErrorType.Internal ? "InternalError" : $"FieldValue{Type}";

    public StatusCause ToCause() => new() { Reason = CauseReason, Message = Body, Field = Field };

    public static FieldError Invalid(string field, JsonNode? value, string detail) =>
        new(FieldErrorType.Invalid, field, $"Invalid value: {Show(value)}: {detail}");

    /// <summary>As <see cref="Invalid"/>, with a value that is a structure of its own, its fields in their order.</summary>
    public static FieldError InvalidStructure(string field, JsonNode? value, string detail) => InvalidShown(field, GoText.JsonInOrder(value), detail);

    /// <summary>As <see cref="Invalid"/>, with a value that is text already.</summary>
    public static FieldError InvalidShown(string field, string shown, string detail) =>
        new(FieldErrorType.Invalid, field, $"Invalid value: {shown}: {detail}");

    public static FieldError Required(string field, string detail = "") =>
        new(FieldErrorType.Required, field, detail.Length == 0 ? "Required value" : $"Required value: {detail}");

    public static FieldError Forbidden(string field, string detail) =>
        new(FieldErrorType.Forbidden, field, $"Forbidden: {detail}");

    public static FieldError Duplicate(string field, JsonNode? value) =>
        new(FieldErrorType.Duplicate, field, $"Duplicate value: {Show(value)}");

    public static FieldError NotSupported(string field, JsonNode? value, IEnumerable<string> supported) => NotSupportedShown(field, Show(value), supported);

    /// <summary>As <see cref="NotSupported"/>, with a value that is text already.</summary>
    public static FieldError NotSupportedShown(string field, string shown, IEnumerable<string> supported) =>
        new(FieldErrorType.NotSupported, field,
            $"Unsupported value: {shown}: supported values: {string.Join(", ", supported.Select(s => Show(JsonValue.Create(s))))}");

    /// <summary>A string longer than it may be; the value itself is not told, as it is long.</summary>
    public static FieldError TooLong(string field, long most) =>
        new(FieldErrorType.TooLong, field, $"Too long: may not be more than {most} {(most == 1 ? "byte" : "bytes")}");

    /// <summary>More items or properties than there may be.</summary>
    public static FieldError TooMany(string field, long actual, long most) =>
        new(FieldErrorType.TooMany, field, $"Too many: {actual}: must have at most {most} {(most == 1 ? "item" : "items")}");

    public static FieldError TypeInvalid(string field, JsonNode? value, string detail) =>
        new(FieldErrorType.TypeInvalid, field, $"Invalid value: {Show(value)}: {detail}");

    public static FieldError NotFound(string field, JsonNode? value) =>
        new(FieldErrorType.NotFound, field, $"Not found: {Show(value)}");

    public static FieldError Internal(string field, string detail) =>
        new(FieldErrorType.Internal, field, $"Internal error: {detail}");

    /// <summary>A value as it stands in messages, which is as Go prints it.</summary>
    public static string Show(JsonNode? value) => GoText.Value(value);
}
