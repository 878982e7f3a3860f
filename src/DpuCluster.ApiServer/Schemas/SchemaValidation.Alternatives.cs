using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Schemas;

/// <content><c>anyOf</c>, <c>oneOf</c>, <c>allOf</c> and <c>not</c>.</content>
internal sealed partial class SchemaValidation
{
    private void CheckAlternatives(Schema schema, JsonNode? value, ValuePath path, OldValue old, SchemaResult result)
    {
        result.Count(2);
        if (schema.AnyOf.Count > 0)
        {
            CheckAnyOf(schema, value, path, old, result);
        }

        if (schema.OneOf.Count > 0)
        {
            CheckOneOf(schema, value, path, old, result);
        }

        if (schema.AllOf.Count > 0)
        {
            var results = schema.AllOf.Select(part => Validate(part, value, path, old)).ToList();
            results.ForEach(result.Merge);
            var valid = results.Count(part => part.IsValid);
            if (valid != results.Count)
            {
                AddWhole($"{GoText.Quote(path.ToString())} must validate all the schemas (allOf){(valid == 0 ? ". None validated" : "")}", result);
            }
        }

        if (schema.Not is not null && Validate(schema.Not, value, path, OldValue.None).IsValid)
        {
            AddWhole($"{GoText.Quote(path.ToString())} must not validate the schema (not)", result);
        }
    }

    private void CheckAnyOf(Schema schema, JsonNode? value, ValuePath path, OldValue old, SchemaResult result)
    {
        SchemaResult? best = null;
        foreach (var alternative in schema.AnyOf)
        {
            var attempt = Validate(alternative, value, path, old);
            if (attempt.IsValid)
            {
                result.Merge(attempt);
                return;
            }

            best = best is null || attempt.Checks > best.Checks ? attempt : best;
        }

        AddWhole($"{GoText.Quote(path.ToString())} must validate at least one schema (anyOf)", result);
        result.Merge(best!);
    }

    private void CheckOneOf(Schema schema, JsonNode? value, ValuePath path, OldValue old, SchemaResult result)
    {
        SchemaResult? best = null;
        SchemaResult? success = null;
        var valid = 0;
        foreach (var alternative in schema.OneOf)
        {
            var attempt = Validate(alternative, value, path, old);
            if (attempt.IsValid)
            {
                valid++;
                success ??= attempt;
            }
            else if (best is null || attempt.Checks > best.Checks)
            {
                best = attempt;
            }
        }

        if (valid == 1)
        {
            result.Merge(success!);
            return;
        }

        var found = valid == 0 ? "Found none valid" : $"Found {valid} valid alternatives";
        AddWhole($"{GoText.Quote(path.ToString())} must validate one and only one schema (oneOf). {found}", result);
        if (valid == 0)
        {
            result.Merge(best!);
        }
    }

    /// <summary>An error that kube-apiserver reports at the object as a whole, whichever value it is about.</summary>
    private void AddWhole(string message, SchemaResult result) =>
        result.Add(FieldError.Invalid(rootPath.Length == 0 ? FieldPath.Whole : rootPath, JsonValue.Create(""), message), message);
}
