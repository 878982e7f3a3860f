using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DpuCluster.ApiServer.Regexes;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>Length and pattern of strings. Of several broken rules only the first is told.</summary>
internal static class StringRules
{
    /// <summary>Compiled patterns, for as long as the schema they belong to is in use.</summary>
    private static readonly ConditionalWeakTable<Schema, CompiledPattern> Patterns = [];

    public static void Check(Schema schema, string text, ValuePath path, Func<ValuePath, string> field, SchemaResult result)
    {
        // Characters are counted, although the message about too many of them says bytes.
        var length = schema.MaxLength is null && schema.MinLength is null ? 0 : CountCharacters(text);
        if (length > schema.MaxLength)
        {
            result.Add(FieldError.TooLong(field(path), schema.MaxLength.Value), $"{path} in body should be at most {schema.MaxLength} chars long");
        }
        else if (length < schema.MinLength)
        {
            var message = $"{path} in body should be at least {schema.MinLength} chars long";
            result.Add(FieldError.Invalid(field(path), JsonValue.Create(text), message), message);
        }
        else if (schema.Pattern is not null && Patterns.GetValue(schema, Compile).Mismatch(text) is { } wanted)
        {
            var message = $"{path} in body should match '{wanted}'";
            result.Add(FieldError.Invalid(field(path), JsonValue.Create(text), message), message);
        }
    }

    private static long CountCharacters(string text)
    {
        var count = 0L;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    private static CompiledPattern Compile(Schema schema)
    {
        try
        {
            return new CompiledPattern(schema.Pattern!, GoRegex.Compile(schema.Pattern!));
        }
        catch (GoRegexException exception)
        {
            return new CompiledPattern($"{schema.Pattern}, but pattern is invalid: {exception.Message}", null);
        }
    }

    private sealed class CompiledPattern(string wanted, Regex? regex)
    {
        /// <summary>What the text should match and does not; null where it does.</summary>
        public string? Mismatch(string text) => regex?.IsMatch(text) == true ? null : wanted;
    }
}

/// <summary>Range of numbers, and what they have to be a multiple of.</summary>
internal static class NumberRules
{
    public static void Check(Schema schema, JsonNode value, ValuePath path, Func<ValuePath, string> field, SchemaResult result)
    {
        foreach (var wanted in Broken(schema, value))
        {
            var message = $"{path} in body should be {wanted}";
            result.Add(FieldError.Invalid(field(path), value, message), message);
        }
    }

    /// <summary>The rules that do not hold. An integer is compared with the whole part of the bound.</summary>
    private static IEnumerable<string> Broken(Schema schema, JsonNode value)
    {
        var isInteger = JsonValues.TryGetInteger(value, out var integer);
        var number = JsonValues.DoubleOf(value);
        int Compare(double bound) => isInteger ? integer.CompareTo((long)bound) : number.CompareTo(bound);
        string Show(double bound) => isInteger ? ((long)bound).ToString(CultureInfo.InvariantCulture) : GoText.Float(bound);

        if (schema.MultipleOf is { } factor && !IsMultiple(isInteger, integer, number, factor))
        {
            yield return $"a multiple of {Show(factor)}";
        }

        if (schema.Minimum is { } minimum && (Compare(minimum) < 0 || (schema.ExclusiveMinimum && Compare(minimum) == 0)))
        {
            yield return $"greater than {(schema.ExclusiveMinimum ? "" : "or equal to ")}{Show(minimum)}";
        }

        if (schema.Maximum is { } maximum && (Compare(maximum) > 0 || (schema.ExclusiveMaximum && Compare(maximum) == 0)))
        {
            yield return $"less than {(schema.ExclusiveMaximum ? "" : "or equal to ")}{Show(maximum)}";
        }
    }

    private static bool IsMultiple(bool isInteger, long integer, double number, double factor)
    {
        if (factor == 0)
        {
            return true;
        }

        if (isInteger && (long)factor != 0)
        {
            return integer % (long)factor == 0;
        }

        var times = factor < 1 ? 1 / factor * number : number / factor;
        return Math.Abs(times - Math.Round(times)) < 1e-9 * Math.Max(1, Math.Abs(times));
    }
}
