using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>wireguard-go as a child process that lives as long as its owner wants.</summary>
internal sealed partial class WireGuardGoProcess : IAsyncDisposable
{
    private const int Terminate = 15; // SIGTERM
    private const int MaxLine = 300;

    /// <summary>It takes its interface down and ends within milliseconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly string _name;
    private readonly ILogger _logger;
    private volatile string _lastLine = "";

    private WireGuardGoProcess(Process process, string name, ILogger logger)
    {
        _process = process;
        _name = name;
        _logger = logger;
        process.StandardInput.Close();
        process.OutputDataReceived += (_, line) => Write(line.Data);
        process.ErrorDataReceived += (_, line) => Write(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Exited = process.WaitForExitAsync();
    }

    /// <summary>Completes when the process is gone.</summary>
    public Task Exited { get; }

    /// <summary>The process's id.</summary>
    public int Id => _process.Id;

    /// <summary>How it ended, for an error's text.</summary>
    public string Ending => $"exit code {_process.ExitCode}{(_lastLine.Length > 0 ? $": {_lastLine}" : "")}";

    /// <summary>Starts it for an interface of that name.</summary>
    /// <exception cref="TunnelException">It is not installed.</exception>
    public static WireGuardGoProcess Start(string name, CommandRunner commands, ILogger logger)
    {
        ProcessStartInfo start = commands.StartInfo("wireguard-go", ["-f", name]);
        start.Environment["LOG_LEVEL"] = "error";

        // Where the kernel has WireGuard too, it is the operator who chose this, and the program's advice is known.
        start.Environment["WG_I_PREFER_BUGGY_USERSPACE_TO_POLISHED_KMOD"] = "1";
        return new WireGuardGoProcess(CommandRunner.Start(start), name, logger);
    }

    /// <summary>Ends it: politely, and then not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!Exited.IsCompleted)
        {
            _ = Kill(_process.Id, Terminate);
            using var patience = new CancellationTokenSource(Patience);
            await Exited.WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _process.Kill(); // nothing, when it has ended
            await Exited.ConfigureAwait(false);
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    private void Write(string? line)
    {
        if (!string.IsNullOrWhiteSpace(line))
        {
            _lastLine = line.Length <= MaxLine ? line : line[..MaxLine];
            WireGuardLog.Child(_logger, _name, _lastLine);
        }
    }
}
