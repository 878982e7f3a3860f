namespace DpuCluster.ChartGenerator.Templates;

/// <summary>A piece of a template.</summary>
internal abstract record TemplateNode
{
    /// <summary>Text that stays as it is.</summary>
    internal sealed record Literal(string Value) : TemplateNode;

    /// <summary>A value that is put into the text.</summary>
    internal sealed record Output(Expression Value) : TemplateNode;

    /// <summary><c>if</c>.</summary>
    internal sealed record If(Expression Condition, IReadOnlyList<TemplateNode> Then, IReadOnlyList<TemplateNode> Else) : TemplateNode;

    /// <summary><c>with</c>: what is in it is about the value, if that is not empty.</summary>
    internal sealed record With(Expression Value, IReadOnlyList<TemplateNode> Then) : TemplateNode;

    /// <summary><c>range</c>: what is in it, for each item.</summary>
    internal sealed record Range(Expression Items, IReadOnlyList<TemplateNode> Each) : TemplateNode;
}

/// <summary>What stands in an action.</summary>
internal abstract record Expression
{
    /// <summary>A value that is written out.</summary>
    internal sealed record Constant(System.Text.Json.Nodes.JsonNode Value) : Expression;

    /// <summary>A field of what the template is about at this place (<c>.</c>), or of what it is about as a whole (<c>$</c>).</summary>
    internal sealed record Field(bool OfRoot, IReadOnlyList<string> Path) : Expression;

    /// <summary>A function and what it is given.</summary>
    internal sealed record Call(string Function, IReadOnlyList<Expression> Arguments) : Expression;
}
