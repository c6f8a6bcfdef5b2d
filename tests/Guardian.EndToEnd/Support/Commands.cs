using Guardian.Demo;

namespace Guardian.EndToEnd.Support;

/// <summary>A node's commands, as its operator runs them.</summary>
internal sealed class Commands(string dataFolder)
{
    /// <summary>Runs a command that is to succeed.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> RunAsync(params string[] arguments)
    {
        (int code, string output) = await TryAsync(arguments);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}: {output}");
        return output;
    }

    public Task<(int ExitCode, string Output)> TryAsync(params string[] arguments) => ChildProcess.RunAsync(Programs.Host, [.. arguments, "--data", dataFolder], CancellationToken.None);
}
