namespace DpuCluster.ApiServer.Cel;

internal enum CelTokenKind
{
    End,
    Identifier,
    Int,
    Uint,
    Float,
    String,
    Bytes,

    /// <summary>Operators, brackets and the words <c>in</c>, <c>true</c>, <c>false</c>, <c>null</c>.</summary>
    Symbol,
}

/// <param name="Kind">What it is.</param>
/// <param name="Position">Where it starts, in code points.</param>
/// <param name="Text">As it stands in the source.</param>
/// <param name="Value">A <see cref="string"/> or <see cref="CelBytes"/> for literals of these kinds.</param>
internal readonly record struct CelToken(CelTokenKind Kind, int Position, string Text, object? Value = null)
{
    public bool Is(string symbol) => Kind == CelTokenKind.Symbol && Text == symbol;
}
