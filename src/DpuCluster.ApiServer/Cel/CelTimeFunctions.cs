using static DpuCluster.ApiServer.Cel.CelType;

namespace DpuCluster.ApiServer.Cel;

/// <summary>Parts of times and durations.</summary>
internal static class CelTimeFunctions
{
    public static void Declare(CelFunctionTable table)
    {
        Part(table, "getFullYear", time => time.Year);
        Part(table, "getMonth", time => time.Month - 1);
        Part(table, "getDayOfYear", time => time.DayOfYear - 1);
        Part(table, "getDayOfMonth", time => time.Day - 1);
        Part(table, "getDate", time => time.Day);
        Part(table, "getDayOfWeek", time => (long)time.DayOfWeek);
        Part(table, "getHours", time => time.Hour);
        Part(table, "getMinutes", time => time.Minute);
        Part(table, "getSeconds", time => time.Second);
        Part(table, "getMilliseconds", time => time.Millisecond);
        Whole(table, "getHours", 3_600_000_000_000);
        Whole(table, "getMinutes", 60_000_000_000);
        Whole(table, "getSeconds", 1_000_000_000);
        Whole(table, "getMilliseconds", 1_000_000);
    }

    private static void Part(CelFunctionTable table, string name, Func<DateTime, long> part)
    {
        table.Member(name, [Timestamp], Int, (frame, arguments) =>
        {
            frame.Charge(1);
            return part(((CelTimestamp)arguments[0]).Utc);
        });
        table.Member(name, [Timestamp, CelType.String], Int, (frame, arguments) =>
        {
            frame.Charge(1);
            var zone = (string)arguments[1];
            return ((CelTimestamp)arguments[0]).In(zone) is { } time ? part(time) : new CelError($"unknown time zone {zone}");
        });
    }

    /// <summary>The whole of a duration in a unit, given in nanoseconds.</summary>
    private static void Whole(CelFunctionTable table, string name, long unit) =>
        table.Member(name, [Duration], Int, (frame, arguments) =>
        {
            frame.Charge(1);
            return ((CelDuration)arguments[0]).Nanoseconds / unit;
        });
}
