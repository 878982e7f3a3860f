using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Schemas;

namespace DpuCluster.ApiServer.CustomResources;

/// <summary>Everything about one schema of a CustomResourceDefinition.</summary>
/// <param name="rules">How to look at its rules.</param>
internal sealed class CrdSchemaRules(CrdRuleChecks rules)
{
    private const string AtRoot =
        "Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems " +
        "UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations";

    /// <param name="schema">The schema; null for none.</param>
    /// <param name="hasStatus">Whether there is a status subresource.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="isStored">Whether it is stored as it is already.</param>
    /// <param name="errors">Takes the errors.</param>
    public void Check(JsonObject? schema, bool hasStatus, string path, bool isStored, List<FieldError> errors)
    {
        if (schema is null)
        {
            return;
        }

        var schemaPath = FieldPath.Child(path, "openAPIV3Schema");
        if (hasStatus)
        {
            CheckRoot(schema, schemaPath, errors);
        }

        if (schema.Flag("nullable"))
        {
            errors.Add(FieldError.Forbidden(schemaPath + ".nullable", "nullable cannot be true at the root"));
        }

        var structural = StructuralRules.Validate(schema, schemaPath);
        var read = SchemaReader.Read(schema);
        var found = structural.Count > 0 ? structural : SchemaDefaultRules.Validate(read, schemaPath, rules.RunOnDefault);
        errors.AddRange(found);
        var props = SchemaPropsRules.Validate(schema, schemaPath);
        errors.AddRange(props);
        if (found.Count == 0 && props.Count == 0)
        {
            errors.AddRange(rules.Compile(read, schemaPath, isStored));
        }
    }

    /// <summary>With a status subresource the status is validated alone, so that the root must not say more about it than its own field does.</summary>
    private static void CheckRoot(JsonObject schema, string path, List<FieldError> errors)
    {
        foreach (var field in CrdDump.SetFields(schema))
        {
            if (field == "Type" && schema.Text("type") != "object")
            {
                errors.Add(FieldError.Invalid(
                    path + ".type", schema.Text("type"), "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled"));
                return;
            }

            if (!AtRoot.Split(' ').Contains(field))
            {
                errors.Add(FieldError.InvalidShown(
                    path, CrdDump.Schema(schema), $"only [{AtRoot}] fields are allowed at the root of the schema if the status subresource is enabled"));
                return;
            }
        }
    }
}
