using System.Text;

namespace DpuCluster.Cli.Migration;

/// <summary>Changes of a text at places of it; everything else of it stays, character by character.</summary>
internal sealed class TextEdits(string text)
{
    private readonly SortedDictionary<int, (int End, string Text)> _edits = [];

    /// <summary>Puts something else in a place.</summary>
    public void Replace(SourceNode place, string by) => Set(place.Start, place.End, by);

    /// <summary>Takes children out of a collection, with what separates them from others.</summary>
    /// <param name="collection">A mapping, of which the children are entries, or a sequence.</param>
    /// <param name="goes">Says by the number of an entry or item whether it goes. Not all may go: then the collection itself is taken out.</param>
    public void Remove(SourceNode collection, Predicate<int> goes)
    {
        var width = collection.Kind == SourceKind.Mapping ? 2 : 1;
        var entries = collection.Children.Chunk(width).Select(entry => (entry[0].Start, entry[^1].End)).ToList();
        var lastKept = Enumerable.Range(0, entries.Count).Last(i => !goes(i));
        for (var i = 0; i < lastKept; i++)
        {
            if (goes(i))
            {
                RemoveUntilNext(collection, entries[i], entries[i + 1].Start);
            }
        }

        if (lastKept == entries.Count - 1)
        {
            return;
        }

        if (collection.IsFlow)
        {
            Set(entries[lastKept].End, entries[^1].End, "");
            return;
        }

        foreach (var entry in entries.Skip(lastKept + 1))
        {
            RemoveLines(entry);
        }
    }

    /// <summary>Whether a place is within one that is changed.</summary>
    public bool Cover(SourceNode place) => _edits.Any(edit => edit.Key <= place.Start && place.End <= edit.Value.End);

    /// <summary>The text as changed.</summary>
    public override string ToString()
    {
        var result = new StringBuilder(text.Length);
        var at = 0;
        foreach (var (start, (end, by)) in _edits)
        {
            result.Append(text, at, start - at).Append(by);
            at = end;
        }

        return result.Append(text, at, text.Length - at).ToString();
    }

    private void RemoveUntilNext(SourceNode collection, (int Start, int End) entry, int next)
    {
        if (collection.IsFlow || (collection.Kind == SourceKind.Mapping && !StandsAlone(entry.Start)))
        {
            // In block style: the first key of a mapping that begins behind the dash of a list, which stays.
            Set(entry.Start, next, "");
        }
        else
        {
            RemoveLines(entry);
        }
    }

    /// <summary>Takes out the lines from the first to the last character; comments before and after stay.</summary>
    private void RemoveLines((int Start, int End) entry)
    {
        var last = entry.End;
        while (last > entry.Start && char.IsWhiteSpace(text[last - 1]))
        {
            last--;
        }

        var end = text.IndexOf('\n', last);
        Set(LineStart(entry.Start), end < 0 ? text.Length : end + 1, "");
    }

    private bool StandsAlone(int start) => text.AsSpan(LineStart(start)..start).IsWhiteSpace();

    private int LineStart(int at) => at == 0 ? 0 : text.LastIndexOf('\n', at - 1) + 1;

    private void Set(int start, int end, string by) => _edits[start] = (end, by);
}
