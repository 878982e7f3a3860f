using System.Globalization;

namespace DpuCluster.ApiServer.Cel;

/// <summary>A moment between the years 1 and 9999.</summary>
/// <param name="Seconds">Since 1970.</param>
/// <param name="Nanoseconds">On top of the seconds: 0 to 999,999,999.</param>
/// <param name="Offset">Minutes east of UTC that it was written with, and is written with again. Makes no difference to anything else.</param>
internal readonly record struct CelTimestamp(long Seconds, int Nanoseconds, int Offset = 0) : IComparable<CelTimestamp>
{
    private const long MinSeconds = -62_135_596_800;
    private const long MaxSeconds = 253_402_300_799;

    public bool Equals(CelTimestamp other) => Seconds == other.Seconds && Nanoseconds == other.Nanoseconds;

    public override int GetHashCode() => HashCode.Combine(Seconds, Nanoseconds);

    public int CompareTo(CelTimestamp other) =>
        Seconds == other.Seconds ? Nanoseconds.CompareTo(other.Nanoseconds) : Seconds.CompareTo(other.Seconds);

    /// <summary>The moment as .NET knows it, which drops what is below 100 ns.</summary>
    public DateTime Utc => DateTime.UnixEpoch.AddTicks(Seconds * TimeSpan.TicksPerSecond + Nanoseconds / 100);

    public static object FromSeconds(long seconds) =>
        seconds is < MinSeconds or > MaxSeconds ? new CelError("timestamp overflow") : new CelTimestamp(seconds, 0);

    public object Plus(long nanoseconds)
    {
        var total = (Int128)Seconds * 1_000_000_000 + Nanoseconds + nanoseconds;
        var seconds = total / 1_000_000_000;
        var rest = (int)(total % 1_000_000_000);
        if (rest < 0)
        {
            rest += 1_000_000_000;
            seconds--;
        }
        return seconds < MinSeconds || seconds > MaxSeconds ? new CelError("timestamp overflow") : this with { Seconds = (long)seconds, Nanoseconds = rest };
    }

    public object Minus(CelTimestamp other)
    {
        var total = ((Int128)Seconds - other.Seconds) * 1_000_000_000 + Nanoseconds - other.Nanoseconds;
        return total < long.MinValue || total > long.MaxValue ? new CelError("duration overflow") : new CelDuration((long)total);
    }

    /// <summary>Reads RFC 3339; null for anything else.</summary>
    public static CelTimestamp? Parse(string text)
    {
        // 2006-01-02T15:04:05[.999999999](Z|+07:00)
        if (text.Length < 20 || text[10] is not ('T' or 't'))
            return null;
        if (!DateTime.TryParseExact(text[..10] + "T" + text[11..19], "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
            return null;
        var at = 19;
        var nanoseconds = 0;
        if (text[at] == '.')
        {
            var start = ++at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
                at++;
            if (at == start)
                return null;
            nanoseconds = int.Parse(text[start..Math.Min(at, start + 9)].PadRight(9, '0'), CultureInfo.InvariantCulture);
        }
        if (OffsetMinutes(text.AsSpan(at)) is not { } offset)
            return null;
        var seconds = (time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond - offset * 60;
        return seconds is < MinSeconds or > MaxSeconds ? null : new CelTimestamp(seconds, nanoseconds, offset);
    }

    private static int? OffsetMinutes(ReadOnlySpan<char> text)
    {
        if (text is "Z" or "z")
            return 0;
        if (text.Length != 6 || text[0] is not ('+' or '-') || text[3] != ':' || !int.TryParse(text[1..3], NumberStyles.None,
            CultureInfo.InvariantCulture, out var hours)
                || !int.TryParse(text[4..6], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            || hours > 23 || minutes > 59)
            return null;
        return (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
    }

    public override string ToString()
    {
        var offset = TimeSpan.FromMinutes(Offset);
        var time = (Shifted(Utc, offset) ?? Utc).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        var fraction = Nanoseconds == 0 ? "" : "." + Nanoseconds.ToString("000000000", CultureInfo.InvariantCulture).TrimEnd('0');
        return time + fraction + (Offset == 0 ? "Z" : (Offset < 0 ? "-" : "+") + offset.ToString("hh\\:mm", CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// The local time in a zone, given by name or as an offset (<c>-02:00</c>); null for a zone that does not exist.
    /// </summary>
    public DateTime? In(string zone)
    {
        if (zone.Contains(':', StringComparison.Ordinal))
        {
            var signed = zone[0] is '+' or '-' ? zone : "+" + zone;
            return OffsetMinutes(signed) is { } minutes ? Shifted(Utc, TimeSpan.FromMinutes(minutes)) : null;
        }
        if (zone is "UTC" or "")
            return Utc;
        // The name becomes part of a path: only what names of zones are made of.
        if (zone.Length > 64 || !zone.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+') || zone.StartsWith('/'))
            return null;
        return TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) ? Shifted(Utc, found.GetUtcOffset(Utc)) : null;
    }

    private static DateTime? Shifted(DateTime time, TimeSpan by)
    {
        var ticks = time.Ticks + by.Ticks;
        return ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks ? null : new DateTime(ticks);
    }
}

/// <summary>A span of time of up to 292 years.</summary>
internal readonly record struct CelDuration(long Nanoseconds)
{
    private static readonly (string Name, long Nanoseconds)[] Units =
    [
        ("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000),
        ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ];

    /// <summary>Reads Go's notation (<c>1h30m</c>, <c>-1.5s</c>); null for anything else and for what is too long.</summary>
    public static CelDuration? Parse(string text)
    {
        var at = 0;
        var negative = text.StartsWith('-');
        if (negative || text.StartsWith('+'))
            at++;
        if (text.AsSpan(at) is "0")
            return new CelDuration(0);
        if (at == text.Length)
            return null;
        Int128 total = 0;
        while (at < text.Length)
        {
            var start = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
                at++;
            if (!decimal.TryParse(text.AsSpan(start, at - start), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                out var number))
                return null;
            start = at;
            while (at < text.Length && !char.IsAsciiDigit(text[at]) && text[at] != '.')
                at++;
            var unit = Array.Find(Units, u => text.AsSpan(start, at - start).SequenceEqual(u.Name)).Nanoseconds;
            if (unit == 0 || number > long.MaxValue / 1000m)
                return null;
            total += (Int128)(number * unit);
            if (total > (Int128)long.MaxValue + 1)
                return null;
        }
        total = negative ? -total : total;
        return total > long.MaxValue ? null : new CelDuration((long)total);
    }

    public override string ToString() => (Nanoseconds / 1_000_000_000m).ToString("0.#########", CultureInfo.InvariantCulture) + "s";
}
