using System.Diagnostics;
using Guardian.Demo;
using Npgsql;

namespace Guardian.Testing;

/// <summary>A real PostgreSQL server for the tests of this assembly, started when the first of them asks, and stopped with the last.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"guardian-postgres-{Guid.NewGuid():N}");
    private string? _connection;

    /// <summary>Whether it can be started here; in CI it must be.</summary>
    public static bool IsAvailable => Requirement.Missing(["/usr/lib/postgresql"]) is null;

    public async Task InitializeAsync()
    {
        if (IsAvailable)
        {
            _connection = (await RunAsync("start", _folder, LoopbackPort.Find().ToString(System.Globalization.CultureInfo.InvariantCulture))).Trim();
        }
    }

    public async Task DisposeAsync()
    {
        if (_connection is not null)
        {
            NpgsqlConnection.ClearAllPools();
            await RunAsync("stop", _folder);
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>An empty database.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        string name = $"t{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(_connection) { Database = name, MaxPoolSize = 40 }.ToString();
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, "eng", "postgres.sh"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();

        // The server keeps the pipe open when it inherits it, so the first line is all that is waited for.
        string output = await process.StandardOutput.ReadLineAsync() ?? "";
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"postgres.sh {arguments[0]}: {await errors}");
    }
}
