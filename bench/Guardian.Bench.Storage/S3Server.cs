using System.Diagnostics;

namespace Guardian.Bench.Storage;

/// <summary>A real S3 server on loopback (eng/s3.sh), its data on the disk.</summary>
internal sealed class S3Server : IAsyncDisposable
{
    private readonly string _folder;

    private S3Server(string folder, string endpoint) => (_folder, Endpoint) = (folder, endpoint);

    public string Endpoint { get; }

    public string CredentialsFile => Path.Combine(_folder, "credentials");

    public static async Task<S3Server> StartAsync(string folder)
    {
        int port = 12_000 + (32 * Random.Shared.Next(600));
        await RunAsync(Scripts.PathTo("s3.sh"), "start", folder, $"{port}");
        return new S3Server(folder, $"http://127.0.0.1:{port}");
    }

    public async ValueTask DisposeAsync() => await RunAsync(Scripts.PathTo("s3.sh"), "stop", _folder);

    /// <summary>Runs a program that must succeed; what it says goes nowhere.</summary>
    public static async Task RunAsync(string program, params string[] arguments)
    {
        // Its output is not read: the daemons inherit it, and a pipe would stay open as long as they run.
        var start = new ProcessStartInfo("bash") { ArgumentList = { "-c", "exec \"$0\" \"$@\" >/dev/null 2>&1 </dev/null", program } };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["STORE"] = "bluestore";
        // rclone 1.60 does not start where it is set.
        start.Environment.Remove("AWS_CA_BUNDLE");
        using Process process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{Path.GetFileName(program)} {arguments[0]} ended with {process.ExitCode}");
        }
    }
}
