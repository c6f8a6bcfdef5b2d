namespace Guardian.Shared.Sql;

/// <summary>Instants in SQL: whole microseconds since the Unix epoch, so that they sort and compare as integers in every dialect.</summary>
internal static class SqlTime
{
    public static long ToSql(DateTimeOffset instant) => (instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset FromSql(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
