using System.Diagnostics;
using System.Text;
using Guardian.Testing;

namespace Guardian.Grpc.Tests.Interop;

/// <summary>A program of another gRPC implementation, in <c>tests/Guardian.Grpc.Interop/peers</c>.</summary>
internal sealed class Peer : IDisposable
{
    /// <summary>The distribution's Python, by its path: another one on PATH does not see the distribution's packages.</summary>
    public const string Python = "/usr/bin/python3";

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<string> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Peer(string name, string program, string descriptors, string[] arguments)
    {
        var start = new ProcessStartInfo { RedirectStandardOutput = true, RedirectStandardError = true };
        if (name == "grpc-js")
        {
            start.FileName = "node";
            start.ArgumentList.Add(PathTo(program + ".js"));
        }
        else
        {
            start.FileName = Python;
            start.ArgumentList.Add("-B");
            start.ArgumentList.Add(PathTo(program + ".py"));
            arguments = [.. arguments, "--descriptors", descriptors];
        }

        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Collect(e.Data);
        _process.ErrorDataReceived += (_, e) => Collect(e.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public static string PathTo(params string[] parts) => Repository.PathTo(["tests", "Guardian.Grpc.Interop", "peers", .. parts]);

    /// <summary>Runs a client's case to its end; what it printed when it failed, else null.</summary>
    public static async Task<string?> RunClientAsync(string name, string descriptors, string target, string interopCase, CancellationToken cancellationToken)
    {
        using var peer = new Peer(name, "client", descriptors, ["--target", target, "--case", interopCase]);
        await peer._process.WaitForExitAsync(cancellationToken);
        return peer._process.ExitCode == 0 ? null : $"exit code {peer._process.ExitCode}\n{peer.Output()}";
    }

    /// <summary>Starts a server; <see cref="AddressAsync"/> then tells where it is.</summary>
    public static Peer StartServer(string name, string descriptors) => new(name, "server", descriptors, []);

    public async Task<Uri> AddressAsync(TimeSpan within)
    {
        try
        {
            return new Uri("http://" + await _listening.Task.WaitAsync(within));
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException($"The peer does not listen:\n{Output()}");
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private void Collect(string? line)
    {
        const string listening = "listening on ";
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
        }

        if (line.StartsWith(listening, StringComparison.Ordinal))
        {
            _listening.TrySetResult(line[listening.Length..]);
        }
    }

    private string Output()
    {
        lock (_output)
        {
            return _output.ToString();
        }
    }
}
