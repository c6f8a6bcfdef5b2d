using System.Reflection;
using System.Runtime.InteropServices;

namespace Guardian.Shared.Sql;

/// <summary>
/// Chooses the SQLite engine: the operating system's <c>libsqlite3.so.0</c> when it is there and newer, because it receives security patches, else the
/// one that comes with the package.
/// </summary>
internal static class SqliteLibrary
{
    private const string Bundled = "e_sqlite3";
    private static int _state;

    /// <summary>Initialises the engine once per process; later calls return at once.</summary>
    public static void Initialize()
    {
        if (Interlocked.Exchange(ref _state, 1) != 0)
        {
            return;
        }

        Assembly provider = typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly;
        try
        {
            NativeLibrary.SetDllImportResolver(provider, Resolve);
        }
        catch (InvalidOperationException)
        {
            // Another package of the suite (each has this code) was first; its resolver serves all of them.
        }

        SQLitePCL.Batteries_V2.Init();
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Bundled || !OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libsqlite3.so.0", out nint system))
        {
            return 0;
        }

        if (!NativeLibrary.TryLoad(Bundled, assembly, path, out nint bundled) || Version(system) > Version(bundled))
        {
            return system;
        }

        NativeLibrary.Free(system);
        return bundled;
    }

    private static unsafe int Version(nint library) =>
        NativeLibrary.TryGetExport(library, "sqlite3_libversion_number", out nint function) ? ((delegate* unmanaged<int>)function)() : 0;
}
