using System.Globalization;

namespace DpuCluster.ApiServer.Schemas;

/// <summary>Where in an object a value stands; made into text only when there is something to tell about it.</summary>
internal sealed class ValuePath
{
    private readonly ValuePath? _parent;
    private readonly string? _name;
    private readonly int _index;

    private ValuePath(ValuePath? parent, string? name, int index) => (_parent, _name, _index) = (parent, name, index);

    /// <summary>The object as a whole.</summary>
    public static ValuePath Root { get; } = new(null, "", 0);

    public ValuePath Child(string name) => new(this, name, 0);

    public ValuePath Item(int index) => new(this, null, index);

    /// <summary>Such as <c>spec.ports[0].name</c>; empty for the object as a whole.</summary>
    public override string ToString()
    {
        if (_parent is null)
        {
            return "";
        }

        var parent = _parent.ToString();
        return _name is null ? $"{parent}[{_index.ToString(CultureInfo.InvariantCulture)}]" : FieldPath.Child(parent, _name);
    }
}

/// <summary>How paths of fields are written.</summary>
internal static class FieldPath
{
    /// <summary>Stands for the object as a whole.</summary>
    public const string Whole = "<nil>";

    public static string Child(string parent, string name) => parent.Length == 0 ? name : $"{parent}.{name}";

    /// <summary>A value of a map: <c>properties[spec]</c>.</summary>
    public static string Key(string parent, string key) => parent.Length == 0 ? key : $"{parent}[{key}]";

    public static string Item(string parent, int index) => string.Create(CultureInfo.InvariantCulture, $"{parent}[{index}]");
}
