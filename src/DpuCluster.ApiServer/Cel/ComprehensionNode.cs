namespace DpuCluster.ApiServer.Cel;

/// <summary>Evaluates the macros that go through a list or the keys of a map.</summary>
internal sealed class ComprehensionNode(ComprehensionExpression macro, CelNode range, CelNode? filter, CelNode body) : CelNode
{
    // What one turn costs besides its parts: the steps that the reference implementation expands these macros to.
    private readonly int _turnCost = macro.Kind switch
    {
        ComprehensionKind.All => 3,
        ComprehensionKind.Exists => 4,
        ComprehensionKind.ExistsOne => 2,
        _ => 12,
    };

    public override object Evaluate(CelFrame frame)
    {
        var over = range.Evaluate(frame);
        frame.Charge(1);
        if (macro.Kind is ComprehensionKind.OptMap or ComprehensionKind.OptFlatMap)
            return OverOptional(frame, over);
        var collector = new Collector(macro.Kind);
        switch (over)
        {
            case CelList list:
                for (var i = 0; i < list.Count && !collector.IsDone; i++)
                    Turn(frame, collector, macro.SecondVariable is null ? list[i] : (long)i, macro.SecondVariable is null ? null : list[i]);
                break;
            case CelMap map:
                foreach (var key in map.Keys)
                {
                    Turn(frame, collector, key, macro.SecondVariable is null ? null : map.Find(key)!);
                    if (collector.IsDone)
                        break;
                }
                break;
            default:
                return over as CelError ?? new CelError($"got '{CelValues.TypeName(over)}', expected iterable type");
        }
        return macro.Kind != ComprehensionKind.SortBy || collector.Result is CelError ? collector.Result
            : over is CelList sorted ? CelExtendedLists.SortBy(frame, sorted, (CelList)collector.Result)
            : new CelError($"no such overload: {CelExtendedLists.SortByKeys}({CelValues.TypeName(over)}, list)");
    }

    private void Turn(CelFrame frame, Collector collector, object first, object? second)
    {
        frame.Charge(_turnCost);
        if (first is CelError || second is CelError)
        {
            collector.Fail((CelError)(first as CelError ?? second)!);
            return;
        }
        frame.Slots[macro.FirstVariable!.Slot] = first;
        if (macro.SecondVariable is not null)
            frame.Slots[macro.SecondVariable.Slot] = second;
        if (filter is not null)
        {
            switch (filter.Evaluate(frame))
            {
                case false:
                    return;
                case true:
                    break;
                case var other:
                    collector.Fail(other as CelError ?? CelError.NoSuchOverload);
                    return;
            }
        }
        collector.Add(frame, first, body.Evaluate(frame));
    }

    private object OverOptional(CelFrame frame, object over)
    {
        if (over is not CelOptional optional)
            return over as CelError ?? CelError.NoSuchOverload;
        if (optional.Value is null)
            return CelOptional.None;
        frame.Slots[macro.FirstVariable!.Slot] = optional.Value;
        var value = body.Evaluate(frame);
        return value is CelError || macro.Kind == ComprehensionKind.OptFlatMap ? value : new CelOptional(value);
    }

    /// <summary>What the turns add up to.</summary>
    private sealed class Collector(ComprehensionKind kind)
    {
        private readonly List<object>? _items = kind is ComprehensionKind.Map or ComprehensionKind.SortBy or ComprehensionKind.Filter ? [] : null;
        private readonly CelDictionary? _map = kind is ComprehensionKind.TransformMap or ComprehensionKind.TransformMapEntry ? new() : null;
        private CelError? _error;
        private bool _decided;
        private int _found;

        /// <summary>Errors of all and exists may still be outweighed by a later element; those of the others end it.</summary>
        public bool IsDone => _decided || (_error is not null && kind is not (ComprehensionKind.All or ComprehensionKind.Exists));

        public object Result => kind switch
        {
            ComprehensionKind.All or ComprehensionKind.Exists when _decided => CelValues.Bool(kind == ComprehensionKind.Exists),
            _ when _error is not null => _error,
            ComprehensionKind.All => CelValues.True,
            ComprehensionKind.Exists => CelValues.False,
            ComprehensionKind.ExistsOne => CelValues.Bool(_found == 1),
            _ => _map ?? (object)new CelArray(_items!),
        };

        public void Fail(CelError error) => _error ??= error;

        public void Add(CelFrame frame, object first, object value)
        {
            switch (kind, value)
            {
                case (_, CelError error):
                    Fail(error);
                    break;
                case (ComprehensionKind.All or ComprehensionKind.Exists, bool truth):
                    _decided = truth == (kind == ComprehensionKind.Exists);
                    break;
                case (ComprehensionKind.ExistsOne, bool truth):
                    _found += truth ? 1 : 0;
                    break;
                case (ComprehensionKind.Filter, bool truth):
                    if (truth)
                        _items!.Add(first);
                    break;
                case (ComprehensionKind.Map or ComprehensionKind.SortBy, _):
                    _items!.Add(value);
                    break;
                case (ComprehensionKind.TransformMap, _):
                    AddEntry(first, value);
                    break;
                case (ComprehensionKind.TransformMapEntry, CelMap entries):
                    frame.ChargeWork(entries.Count);
                    foreach (var key in entries.Keys)
                        AddEntry(key, entries.Find(key)!);
                    break;
                default:
                    Fail(CelError.NoSuchOverload);
                    break;
            }
        }

        private void AddEntry(object key, object value)
        {
            if (!_map!.Add(key, value))
                Fail(new CelError($"insert failed: key {CelFormatting.Plain(key)} already exists"));
        }
    }
}
