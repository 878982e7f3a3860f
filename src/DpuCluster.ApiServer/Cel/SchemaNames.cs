namespace DpuCluster.ApiServer.Cel;

/// <summary>
/// The names of properties as expressions spell them: characters that identifiers do not have, and words that are reserved, are
/// escaped as Kubernetes does it (<c>a-b</c> is <c>a__dash__b</c>, <c>namespace</c> is <c>__namespace__</c>).
/// </summary>
internal static class SchemaNames
{
    private static readonly HashSet<string> Reserved =
    [
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
        "package", "namespace", "return", "var", "void", "while",
    ];

    private static readonly (string Plain, string Escaped)[] Escapes =
    [
        ("__", "__underscores__"), (".", "__dot__"), ("-", "__dash__"), ("/", "__slash__"),
    ];

    /// <summary>The name in expressions; null when the property cannot be named in them.</summary>
    public static string? Escape(string property)
    {
        if (property.Length == 0 || char.IsAsciiDigit(property[0])
            || !property.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '/'))
            return null;
        if (Reserved.Contains(property))
            return $"__{property}__";
        foreach (var (plain, escaped) in Escapes)
            property = property.Replace(plain, escaped, StringComparison.Ordinal);
        return property;
    }

    /// <summary>The property that a name in an expression means.</summary>
    public static string Unescape(string name)
    {
        if (!name.Contains("__", StringComparison.Ordinal))
            return name;
        if (name.Length > 4 && name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal)
            && Reserved.Contains(name[2..^2]))
            return name[2..^2];
        for (var i = Escapes.Length - 1; i >= 0; i--)
            name = name.Replace(Escapes[i].Escaped, Escapes[i].Plain, StringComparison.Ordinal);
        return name;
    }
}
