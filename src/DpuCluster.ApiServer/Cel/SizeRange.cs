namespace DpuCluster.ApiServer.Cel;

/// <summary>How large a value can be, in what <c>size()</c> counts: characters, bytes, items or entries. Sums and products end at the largest number there is.</summary>
/// <param name="Min">The least.</param>
/// <param name="Max">The most.</param>
internal readonly record struct SizeRange(ulong Min, ulong Max)
{
    /// <summary>Nothing is known.</summary>
    public static SizeRange Unknown { get; } = new(0, ulong.MaxValue);

    public static SizeRange Exactly(ulong size) => new(size, size);

    public static SizeRange operator +(SizeRange left, SizeRange right) => new(Add(left.Min, right.Min), Add(left.Max, right.Max));

    public static SizeRange operator *(SizeRange left, SizeRange right) => new(Multiply(left.Min, right.Min), Multiply(left.Max, right.Max));

    public SizeRange Union(SizeRange other) => new(Math.Min(Min, other.Min), Math.Max(Max, other.Max));

    public static ulong Add(ulong left, ulong right) => left > ulong.MaxValue - right ? ulong.MaxValue : left + right;

    public static ulong Multiply(ulong left, ulong right) => right != 0 && left > ulong.MaxValue / right ? ulong.MaxValue : left * right;

    /// <summary>A number times a factor, rounded up.</summary>
    public static ulong Scale(ulong number, double factor)
    {
        var product = Math.Ceiling(number * factor);
        return product >= ulong.MaxValue ? ulong.MaxValue : (ulong)product;
    }
}
