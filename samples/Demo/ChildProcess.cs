using System.Diagnostics;
using System.Threading.Channels;

namespace Guardian.Demo;

/// <summary>A program of the suite as a process of its own. Its lines can be read once, and are kept for when something goes wrong.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int KeptLines = 200;
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Queue<string> _tail = new();
    private readonly Task _reading;

    private ChildProcess(string? ns, string dll, IEnumerable<string> arguments)
    {
        // 'ip netns exec' becomes the program that it runs, so its process is the program's.
        string[] inside = ns is null ? [] : ["ip", "netns", "exec", ns];
        string[] line = [.. inside, "dotnet", dll, .. arguments];
        _process = new Process { StartInfo = new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true, RedirectStandardError = true } };
        _process.Start();
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput, publish: true), ReadAsync(_process.StandardError, publish: false));
    }

    /// <summary>Standard output, line by line, to its end.</summary>
    public IAsyncEnumerable<string> LinesAsync(CancellationToken cancellationToken) => _lines.Reader.ReadAllAsync(cancellationToken);

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The last lines of both outputs.</summary>
    public string Tail
    {
        get
        {
            lock (_tail)
            {
                return string.Join('\n', _tail.TakeLast(30));
            }
        }
    }

    public static ChildProcess Start(string dll, params IEnumerable<string> arguments) => new(ns: null, dll, arguments);

    /// <summary>Starts a program in a network namespace; null for this one.</summary>
    public static ChildProcess StartIn(string? ns, string dll, params IEnumerable<string> arguments) => new(ns, dll, arguments);

    /// <summary>Runs a command to its end.</summary>
    public static Task<(int ExitCode, string Output)> RunAsync(string dll, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        RunInAsync(ns: null, dll, arguments, cancellationToken);

    /// <summary>Runs a command to its end in a network namespace; null for this one.</summary>
    public static async Task<(int ExitCode, string Output)> RunInAsync(string? ns, string dll, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        await using ChildProcess child = StartIn(ns, dll, arguments);
        await child._process.WaitForExitAsync(cancellationToken);
        await child._reading;
        return (child._process.ExitCode, child.Tail);
    }

    /// <summary>Ends the process the hard way (SIGKILL).</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Waits for the process to end by itself; what it said until then is in <see cref="Tail"/>.</summary>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        await _reading.WaitAsync(cancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader, bool publish)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_tail)
            {
                _tail.Enqueue(line);
                if (_tail.Count > KeptLines)
                {
                    _tail.Dequeue();
                }
            }

            if (publish)
            {
                _lines.Writer.TryWrite(line);
            }
        }

        if (publish)
        {
            _lines.Writer.Complete();
        }
    }
}
