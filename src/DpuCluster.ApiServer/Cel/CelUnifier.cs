namespace DpuCluster.ApiServer.Cel;

/// <summary>Which types may stand for which, and what type parameters have been found to be.</summary>
internal sealed class CelUnifier
{
    /// <summary>Bounds the work of checking one expression; ordinary ones take some hundred steps.</summary>
    private const int MaxSteps = 2_000_000;

    private readonly Dictionary<CelType, CelType> _bindings = [];
    private readonly List<(CelType Parameter, CelType? Before)> _trail = [];
    private int _steps;
    private int _parameters;

    public CelType Fresh() => CelType.Parameter($"_var{_parameters++}");

    /// <summary>A point that <see cref="Undo"/> can go back to.</summary>
    public int Mark => _trail.Count;

    public void Undo(int mark)
    {
        for (var i = _trail.Count - 1; i >= mark; i--)
        {
            var (parameter, before) = _trail[i];
            if (before is null)
                _bindings.Remove(parameter);
            else
                _bindings[parameter] = before;
        }
        _trail.RemoveRange(mark, _trail.Count - mark);
    }

    /// <summary>What a type is as far as known, at its outermost level.</summary>
    public CelType Resolve(CelType type)
    {
        while (type.Kind == CelKind.Parameter && _bindings.TryGetValue(type, out var bound))
            type = bound;
        return type;
    }

    /// <summary>What a type is as far as known, throughout; parameters that are not bound become <paramref name="unbound"/>.</summary>
    public CelType Substitute(CelType type, CelType? unbound = null)
    {
        Step();
        type = Resolve(type);
        if (type.Kind == CelKind.Parameter)
            return unbound ?? type;
        return type.Arguments.Length == 0 ? type : type.WithArguments([.. type.Arguments.Select(a => Substitute(a, unbound))]);
    }

    /// <summary>A polymorphic type with fresh parameters in place of its own.</summary>
    public CelType Instantiate(CelType type, Dictionary<CelType, CelType> fresh)
    {
        if (type.Kind != CelKind.Parameter)
            return type.Arguments.Length == 0 ? type : type.WithArguments([.. type.Arguments.Select(a => Instantiate(a, fresh))]);
        if (!fresh.TryGetValue(type, out var parameter))
            fresh[type] = parameter = Fresh();
        return parameter;
    }

    /// <summary>Whether a value of one type may stand where the other is wanted; binds parameters of both.</summary>
    public bool Assignable(CelType from, CelType to)
    {
        Step();
        if (ReferenceEquals(from, to))
            return true;
        if (to.Kind == CelKind.Parameter)
            return Bind(to, from);
        if (from.Kind == CelKind.Parameter)
            return Bind(from, to);
        if (from.IsDynOrError || to.IsDynOrError)
            return true;
        if (from.Kind == CelKind.Null || to.Kind == CelKind.Null)
            return from.Kind == to.Kind || IsNullable(from) || IsNullable(to);
        if (from.Kind != to.Kind)
            return false;
        if (from.Kind == CelKind.Type)
            return true;
        if (from.Kind == CelKind.Object)
            return ReferenceEquals(from.Shape, to.Shape);
        if (from.Name != to.Name || from.Arguments.Length != to.Arguments.Length)
            return false;
        for (var i = 0; i < from.Arguments.Length; i++)
        {
            if (!Assignable(from.Arguments[i], to.Arguments[i]))
                return false;
        }
        return true;
    }

    /// <summary>The more general of two types of which one is assignable to the other.</summary>
    public CelType MostGeneral(CelType left, CelType right) => IsLessSpecific(left, right) ? left : right;

    private bool Bind(CelType parameter, CelType type)
    {
        if (_bindings.TryGetValue(parameter, out var bound))
        {
            if (!Assignable(type, bound))
                return false;
            var general = MostGeneral(bound, type);
            if (!ReferenceEquals(general, bound) && !Contains(general, parameter))
                Set(parameter, general);
            return true;
        }
        type = Resolve(type);
        if (ReferenceEquals(type, parameter))
            return true;
        if (Contains(type, parameter))
            return false;
        Set(parameter, type);
        return true;
    }

    private void Set(CelType parameter, CelType type)
    {
        _trail.Add((parameter, _bindings.GetValueOrDefault(parameter)));
        _bindings[parameter] = type;
    }

    private bool Contains(CelType type, CelType parameter)
    {
        Step();
        type = Resolve(type);
        return ReferenceEquals(type, parameter) || Array.Exists(type.Arguments, a => Contains(a, parameter));
    }

    private bool IsLessSpecific(CelType left, CelType right)
    {
        Step();
        left = Resolve(left);
        right = Resolve(right);
        if (left.IsDynOrError || right.Kind == CelKind.Parameter)
            return true;
        if (right.IsDynOrError || left.Kind == CelKind.Parameter)
            return false;
        if (right.Kind == CelKind.Null || left.Kind == CelKind.Null)
            return right.Kind == CelKind.Null;
        for (var i = 0; i < left.Arguments.Length && i < right.Arguments.Length; i++)
        {
            if (!IsLessSpecific(left.Arguments[i], right.Arguments[i]))
                return false;
        }
        return true;
    }

    private static bool IsNullable(CelType type) =>
        type.Kind is CelKind.Object or CelKind.Opaque or CelKind.Timestamp or CelKind.Duration;

    private void Step()
    {
        if (++_steps > MaxSteps)
            throw new CelException("expression has types that are too complex");
    }
}
