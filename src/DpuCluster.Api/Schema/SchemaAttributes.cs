namespace DpuCluster.Api.Schema;

// What the CRD says about a type or property beyond its C# type. Read at development time only, when deploy/crds is
// generated; at run time nothing looks at them. Descriptions come from the doc comments.

/// <summary>A custom resource: a CRD is generated from the type, whose static <c>Resource</c> says how it is named and served.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CustomResourceAttribute : Attribute
{
    /// <summary>
    /// The project that the kind belongs to, whose own definition is the one to install on a real cluster; <see langword="null"/>:
    /// this project. Of a kind of somebody else's the generated definition is good for the standalone environment only.
    /// </summary>
    public string? OwnedBy { get; init; }

    /// <summary>
    /// Whether objects of the kind are parents of apply sets (KEP-3659): whoever finds members of such a set then knows where to look for
    /// its parent.
    /// </summary>
    public bool IsApplySetParent { get; init; }

    /// <summary>Lower-case singular by which kubectl knows the kind; <see langword="null"/>: the kind in lower case.</summary>
    public string? Singular { get; init; }

    /// <summary>A shorter name for use with kubectl; <see langword="null"/>: none.</summary>
    public string? ShortName { get; init; }
}

/// <summary>A column of <c>kubectl get</c>; columns stand in the order of the attributes.</summary>
/// <param name="name">Heading.</param>
/// <param name="type">OpenAPI type of the value, or <c>date</c>.</param>
/// <param name="jsonPath">Where the value is, from the object's root.</param>
/// <param name="description">What the column tells.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class PrinterColumnAttribute(string name, string type, string jsonPath, string description) : Attribute
{
    /// <summary>Heading.</summary>
    public string Name { get; } = name;

    /// <summary>OpenAPI type of the value, or <c>date</c>.</summary>
    public string Type { get; } = type;

    /// <summary>Where the value is, from the object's root.</summary>
    public string JsonPath { get; } = jsonPath;

    /// <summary>What the column tells.</summary>
    public string Description { get; } = description;

    /// <summary>0: always shown; greater: only with <c>-o wide</c>.</summary>
    public int Priority { get; init; }
}

/// <summary>A CEL rule (<c>x-kubernetes-validations</c>).</summary>
/// <param name="rule">The expression.</param>
/// <param name="message">What the user is told when it does not hold: with the remedy.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Property, AllowMultiple = true)]
public sealed class ValidationRuleAttribute(string rule, string message) : Attribute
{
    /// <summary>The expression.</summary>
    public string Rule { get; } = rule;

    /// <summary>What the user is told when it does not hold.</summary>
    public string Message { get; } = message;
}

/// <summary>The value that the server fills in.</summary>
/// <param name="json">The value as JSON.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SchemaDefaultAttribute(string json) : Attribute
{
    /// <summary>The value as JSON.</summary>
    public string Json { get; } = json;
}

/// <summary>A regular expression (RE2) that the value must match.</summary>
/// <param name="pattern">The expression.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SchemaPatternAttribute(string pattern) : Attribute
{
    /// <summary>The expression.</summary>
    public string Pattern { get; } = pattern;
}

/// <summary>Least and greatest value of a number, both allowed.</summary>
/// <param name="minimum">Least value.</param>
/// <param name="maximum">Greatest value; <see cref="int.MaxValue"/>: no bound.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SchemaRangeAttribute(int minimum, int maximum) : Attribute
{
    /// <summary>Least value.</summary>
    public int Minimum { get; } = minimum;

    /// <summary>Greatest value; <see cref="int.MaxValue"/>: no bound.</summary>
    public int Maximum { get; } = maximum;
}

/// <summary>Least and greatest length of a string, both allowed.</summary>
/// <param name="minimum">Least number of characters.</param>
/// <param name="maximum">Greatest number of characters; <see cref="int.MaxValue"/>: no bound.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SchemaLengthAttribute(int minimum, int maximum) : Attribute
{
    /// <summary>Least number of characters.</summary>
    public int Minimum { get; } = minimum;

    /// <summary>Greatest number of characters; <see cref="int.MaxValue"/>: no bound.</summary>
    public int Maximum { get; } = maximum;
}

/// <summary>The values that a string may have.</summary>
/// <param name="values">All of them.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SchemaEnumAttribute(params string[] values) : Attribute
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<string> Values { get; } = values;
}

/// <summary>The schema requires the property although the C# type does not (the server's default fills it in).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SchemaRequiredAttribute : Attribute;

/// <summary>A list of which each item is told from the others by some of its fields.</summary>
/// <param name="keys">Those fields.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SchemaListMapAttribute(params string[] keys) : Attribute
{
    /// <summary>Those fields.</summary>
    public IReadOnlyList<string> Keys { get; } = keys;
}

/// <summary>Fields that the type does not name are kept by the server.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SchemaKeepsUnknownFieldsAttribute : Attribute;
