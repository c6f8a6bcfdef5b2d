using Microsoft.Data.Sqlite;

namespace Guardian.Models.Internal;

/// <summary>Turns errors of disk and database into the package's exception.</summary>
internal static class Failures
{
    public static async Task<T> WrapAsync<T>(string what, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (IsOfStorage(e))
        {
            throw Wrapped(what, e);
        }
    }

    public static T Wrap<T>(string what, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (IsOfStorage(e))
        {
            throw Wrapped(what, e);
        }
    }

    private static bool IsOfStorage(Exception e) => e is IOException or UnauthorizedAccessException or SqliteException;

    // A full disk, a busy database or a lost mount may be mended from outside; a missing right may not.
    private static ModelException Wrapped(string what, Exception e) =>
        new($"{what} failed: {e.Message}", isTransient: e is not UnauthorizedAccessException, e);
}
