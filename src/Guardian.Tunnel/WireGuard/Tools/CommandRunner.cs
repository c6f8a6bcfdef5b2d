using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Guardian.Tunnel;

/// <summary>Runs the system's programs (<c>ip</c>, <c>wg</c>), bounded in time and output. Secrets go through standard input only: a command line is there for every user to see.</summary>
internal sealed class CommandRunner
{
    private const int MaxOutput = 32 * 1024 * 1024, MaxError = 4096;

    /// <summary>These programs change the kernel's tables and return; a second is long for them.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string[] _prefix;
    private readonly TimeProvider _time;

    /// <summary>Runs programs here, or elsewhere by way of a prefix.</summary>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="prefix">A program and its arguments that run the rest of the command line, such as <c>ip netns exec NAME</c>.</param>
    public CommandRunner(TimeProvider timeProvider, params string[] prefix)
    {
        _time = timeProvider;
        _prefix = prefix;
    }

    /// <summary>What to start for a program, prefix included, with its standard streams redirected.</summary>
    public ProcessStartInfo StartInfo(string program, IReadOnlyList<string> arguments)
    {
        string[] all = [.. _prefix, program, .. arguments];
        var start = new ProcessStartInfo(all[0], all[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };

        // Nothing of the node's own environment, which may hold a passphrase, is for these programs.
        string? path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    /// <summary>Starts a program.</summary>
    /// <exception cref="TunnelException">It is not installed.</exception>
    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new TunnelException($"'{start.FileName}' cannot be run: {e.Message}. Install the packages iproute2, wireguard-tools and, where the kernel has no WireGuard, wireguard-go.", innerException: e);
        }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">Its name, found on PATH.</param>
    /// <param name="arguments">Its arguments; nothing secret.</param>
    /// <param name="input">What it reads from its standard input.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <exception cref="TunnelException">It is not installed, does not end in time, or writes without end.</exception>
    public async Task<ToolResult> RunAsync(string program, IReadOnlyList<string> arguments, string input, CancellationToken cancellationToken)
    {
        using Process process = Start(StartInfo(program, arguments));
        using var patience = new CancellationTokenSource(Patience, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            Task<string> output = ReadAsync(process.StandardOutput, MaxOutput, limit.Token), error = ReadAsync(process.StandardError, MaxError, limit.Token);
            await WriteAsync(process, input, limit.Token).ConfigureAwait(false);
            string text = await output.ConfigureAwait(false), message = await error.ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return text.Length < MaxOutput
                ? new ToolResult(process.ExitCode, text, message.Trim())
                : throw new TunnelException($"'{program}' wrote more than {MaxOutput} characters");
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            throw new TunnelException($"'{program}' did not end within {Patience.TotalSeconds:0} s", isTransient: true, e);
        }
    }

    private static async Task WriteAsync(Process process, string input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its exit code says why.
        }
    }

    /// <summary>Reads to the end, keeps what is allowed, and drops the rest so that the program does not block.</summary>
    private static async Task<string> ReadAsync(StreamReader reader, int max, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        char[] buffer = new char[4096];
        int read;
        while ((read = await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            text.Append(buffer, 0, Math.Min(read, max - text.Length));
        }

        return text.ToString();
    }
}
