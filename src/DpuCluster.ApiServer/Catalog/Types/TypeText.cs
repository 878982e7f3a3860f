using System.Globalization;
using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Catalog.Types;

/// <summary>
/// Reads the notation of the files in <c>Catalog/Schemas</c>: line by line, words apart by blanks, <c>#</c> begins a
/// comment, <c>--</c> a description.
/// <code>
/// package io.k8s.api.core.v1          where the following types belong
/// type ServicePort                    a structure; its fields follow, indented
/// type ObjectReference atomic         … that merging takes as one value
/// type FieldsV1 free                  … that may have any fields
/// kind Service                        … with kind, apiVersion and metadata (kind!: metadata is required)
///   port! int32                       ! required
///   eventTime+ time                   + written even when empty
///   protocol string =TCP              default
///   name *string                      * an empty value is something else than none
///   ports []ServicePort map(port,protocol) merge(port)
///   env []EnvVar by(name)             short for map(name) merge(name)
///   finalizers []string set merge     list type; merge strategy of lists of plain values
///   selector map&lt;string&gt; atomic
///   strategy DeploymentStrategy retainKeys
///   include Container                 the fields of another structure stand here
///   replicas *int32 @1                number of the field in protobuf
///   hostPath *HostPath @2.1           … within a message of its own, number 2, that JSON does not show
///   include Container @1              … the same for all the included fields
/// </code>
/// Plain types are <c>string int32 int64 float64 bool bytes time microtime quantity intOrString any object</c>;
/// others are structures of the same package, or <c>file.Name</c> of another file.
/// <c>X|bool</c> is a structure or a boolean, <c>X|list</c> one or several structures, <c>X|strings</c> one or a list of texts.
/// </summary>
internal static class TypeText
{
    /// <param name="text">The file.</param>
    /// <param name="find">Finds a structure by file name (null: this one) and name.</param>
    public static TypePackage Read(TextReader text, Func<string?, string, TypeDefinition> find)
    {
        TypePackage? package = null;
        TypeDefinition? type = null;
        for (var number = 1; text.ReadLine() is { } line; number++)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            var comment = line.IndexOf(" -- ", StringComparison.Ordinal);
            var description = comment < 0 ? "" : line[(comment + 4)..].Trim();
            var words = (comment < 0 ? line : line[..comment]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0] == "package")
            {
                package = new TypePackage(words[1]);
            }
            else if (line[0] != ' ')
            {
                type = Head(package ?? throw Wrong(number, "no package"), words, description, find);
                package.Types.Add(type.Name, type);
            }
            else if (words[0] == "include")
            {
                var (_, group) = words.Length > 2 ? Numbers(words[2]) : default;
                (type ?? throw Wrong(number, "no type")).Fields.AddRange(package!.Types[words[1]].Fields.Select(f => f with { ProtobufGroup = group }));
            }
            else
            {
                (type ?? throw Wrong(number, "no type")).Fields.Add(Field(words, description, find));
            }
        }

        return package ?? throw Wrong(0, "no package");
    }

    private static TypeDefinition Head(TypePackage package, string[] words, string description, Func<string?, string, TypeDefinition> find)
    {
        var isKind = words[0].StartsWith("kind", StringComparison.Ordinal);
        var type = new TypeDefinition(package, words[1])
        {
            IsKind = isKind,
            IsAtomic = words.Contains("atomic"),
            IsFree = words.Contains("free"),
            Description = description,
        };
        if (isKind)
        {
            type.Fields.Add(Field(["kind", "string"], "What the object is.", find));
            type.Fields.Add(Field(["apiVersion", "string"], "Group and version of the kind.", find));
            type.Fields.Add(Field([words[0] == "kind!" ? "metadata!" : "metadata", "meta.ObjectMeta", "@1"], "Name, labels, owners and bookkeeping.", find));
        }

        return type;
    }

    private static FieldDefinition Field(string[] words, string description, Func<string?, string, TypeDefinition> find)
    {
        var type = Type(words[1], find);
        JsonNode? value = null;
        string? listType = null;
        IReadOnlyList<string> keys = [];
        List<string> strategies = [];
        string? mergeKey = null;
        var atomic = false;
        var (group, number) = ((byte)0, (byte)0);
        foreach (var word in words.Skip(2))
        {
            if (word[0] == '=') value = Default(type, word[1..]);
            else if (word[0] == '@') (group, number) = Numbers(word);
            else if (word == "atomic" && type.Form == TypeForm.List) listType = "atomic";
            else if (word == "atomic") atomic = true;
            else if (word == "set") listType = "set";
            else if (word is "merge" or "retainKeys") strategies.Add(word);
            else if (Arguments(word, "merge(") is { } merge) (mergeKey, _) = (merge[0], Once(strategies, "merge"));
            else if (Arguments(word, "map(") is { } map) (listType, keys) = ("map", map);
            else if (Arguments(word, "by(") is { } by) (listType, keys, mergeKey, _) = ("map", by, by[0], Once(strategies, "merge"));
            else throw new FormatException($"'{word}' of field '{words[0]}' is unknown");
        }

        return new FieldDefinition
        {
            Name = words[0].TrimEnd('!', '+'),
            Type = type,
            Description = description,
            IsRequired = words[0][^1] == '!',
            IsAlwaysWritten = words[0][^1] is '!' or '+',
            Default = value,
            ListType = listType,
            ListMapKeys = keys,
            IsAtomic = atomic,
            PatchStrategy = strategies.Count == 0 ? null : string.Join(',', strategies),
            PatchMergeKey = mergeKey,
            ProtobufGroup = group,
            ProtobufNumber = number,
        };
    }

    private static (byte Group, byte Number) Numbers(string word)
    {
        var dot = word.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? ((byte)0, Number(word[1..])) : (Number(word[1..dot]), Number(word[(dot + 1)..]));

        static byte Number(string digits) => byte.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private static bool Once(List<string> list, string word)
    {
        list.Add(word);
        return true;
    }

    private static string[]? Arguments(string word, string head) =>
        word.StartsWith(head, StringComparison.Ordinal) ? word[head.Length..].TrimEnd(')').Split(',') : null;

    private static TypeReference Type(string word, Func<string?, string, TypeDefinition> find)
    {
        var pointer = word[0] == '*';
        if (pointer) word = word[1..];
        if (word.StartsWith("[]", StringComparison.Ordinal))
            return new TypeReference { Form = TypeForm.List, IsPointer = pointer, Element = Type(word[2..], find) };
        if (word.StartsWith("map<", StringComparison.Ordinal))
            return new TypeReference { Form = TypeForm.Map, IsPointer = pointer, Element = Type(word[4..^1], find) };
        var form = word switch
        {
            "string" => TypeForm.String,
            "int32" => TypeForm.Int32,
            "int64" => TypeForm.Int64,
            "float64" => TypeForm.Float64,
            "bool" => TypeForm.Bool,
            "bytes" => TypeForm.Bytes,
            "time" => TypeForm.Time,
            "microtime" => TypeForm.MicroTime,
            "quantity" => TypeForm.Quantity,
            "intOrString" => TypeForm.IntOrString,
            "any" => TypeForm.Any,
            "object" => TypeForm.RawObject,
            _ => TypeForm.Structure,
        };
        if (form != TypeForm.Structure) return new TypeReference { Form = form, IsPointer = pointer };
        var bar = word.IndexOf('|', StringComparison.Ordinal);
        var alternative = bar < 0 ? StructureAlternative.None : word[(bar + 1)..] switch
        {
            "bool" => StructureAlternative.Bool,
            "list" => StructureAlternative.Structures,
            "strings" => StructureAlternative.Strings,
            var other => throw new FormatException($"'{other}' is no alternative of a structure"),
        };
        if (bar >= 0) word = word[..bar];
        var dot = word.IndexOf('.', StringComparison.Ordinal);
        return new TypeReference
        {
            Form = form,
            IsPointer = pointer,
            Alternative = alternative,
            Resolve = dot < 0 ? () => find(null, word) : () => find(word[..dot], word[(dot + 1)..]),
        };
    }

    private static JsonNode Default(TypeReference type, string text) => type.Form switch
    {
        TypeForm.Int32 or TypeForm.Int64 => JsonValue.Create(long.Parse(text, CultureInfo.InvariantCulture)),
        TypeForm.IntOrString when char.IsAsciiDigit(text[^1]) => JsonValue.Create(long.Parse(text, CultureInfo.InvariantCulture)),
        TypeForm.Bool => JsonValue.Create(text == "true"),
        TypeForm.Structure => new JsonObject(),
        _ => JsonValue.Create(text == "\"\"" ? "" : text),
    };

    private static FormatException Wrong(int line, string what) => new($"line {line}: {what}");
}
