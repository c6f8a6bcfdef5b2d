using System.Collections.Concurrent;
using System.Diagnostics;
using Guardian.Testing;

namespace Guardian.EndToEnd.Support;

/// <summary>A peer of another language and another gRPC library, as a process.</summary>
internal sealed class PythonPeer : IAsyncDisposable
{
    /// <summary>Where Debian installs the gRPC of Python.</summary>
    public const string Library = "/usr/lib/python3/dist-packages/grpc";

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Task _reading;
    private readonly Task<string> _errors;

    private PythonPeer(string script, IEnumerable<string> arguments)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "peers", script);
        _process = Process.Start(new ProcessStartInfo("/usr/bin/python3", [path, .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        _errors = _process.StandardError.ReadToEndAsync();
        _reading = ReadAsync();
    }

    /// <summary>What it has said so far.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    public static PythonPeer Start(string script, params IEnumerable<string> arguments) => new(script, arguments);

    /// <summary>Waits until it says a line.</summary>
    public Task SaysAsync(string line) => Eventually.IsTrueAsync(
        async () =>
        {
            Assert.False(_process.HasExited, _process.HasExited ? await _errors : "");
            return _lines.Contains(line);
        },
        $"the peer says '{line}'");

    /// <summary>Waits until it ends, which is to be without an error.</summary>
    public async Task EndsWellAsync()
    {
        await _process.WaitForExitAsync();
        await _reading;
        Assert.True(_process.ExitCode == 0, string.Join('\n', _lines) + await _errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _lines.Enqueue(line);
        }
    }
}
