using System.Diagnostics;
using System.Globalization;
using Guardian.Testing;

namespace Guardian.Tunnel.Tests;

public sealed class CommandRunnerTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly CommandRunner _commands = new(TimeProvider.System);

    [Fact(Timeout = 30_000)]
    public async Task a_program_that_is_not_there_is_named_with_what_to_install()
    {
        TunnelException missing = await Assert.ThrowsAsync<TunnelException>(() => _commands.RunAsync("no-such-program", [], "", None));
        Assert.Contains("no-such-program", missing.Message, StringComparison.Ordinal);
        Assert.Contains("wireguard-tools", missing.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task input_output_error_and_exit_code_come_through()
    {
        ToolResult result = await _commands.RunAsync("sh", ["-c", "cat; echo wrong >&2; exit 3"], "input", None);
        Assert.Equal(new ToolResult(3, "input", "wrong"), result);
    }

    [Fact(Timeout = 30_000)]
    public async Task a_program_that_does_not_read_its_input_is_no_error() =>
        Assert.Equal(0, (await _commands.RunAsync("true", [], new string('x', 1_000_000), None)).ExitCode);

    [Fact(Timeout = 30_000)]
    public async Task a_flood_of_errors_is_cut_and_does_not_block()
    {
        ToolResult result = await _commands.RunAsync("sh", ["-c", "head -c 1000000 /dev/zero | tr '\\0' x >&2"], "", None);
        Assert.Equal(4096, result.Error.Length);
    }

    [Fact(Timeout = 30_000)]
    public async Task output_without_end_is_refused() =>
        Assert.Contains("33554432", (await Assert.ThrowsAsync<TunnelException>(() => _commands.RunAsync("head", ["-c", "40000000", "/dev/zero"], "", None))).Message, StringComparison.Ordinal);

    [Fact(Timeout = 30_000)]
    public async Task a_program_that_is_cancelled_is_ended()
    {
        using var folder = new TemporaryFolder();
        using var cancel = new CancellationTokenSource();
        string id = folder.File("id");
        Task<ToolResult> running = _commands.RunAsync("sh", ["-c", $"echo $$ >'{id}.new'; mv '{id}.new' '{id}'; exec sleep 60"], "", cancel.Token);
        await Eventually.IsTrueAsync(() => Task.FromResult(File.Exists(id)), "the program runs");
        int process = int.Parse(await File.ReadAllTextAsync(id), CultureInfo.InvariantCulture);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Eventually.IsTrueAsync(() => Task.FromResult(IsGone(process)), "the program is gone");
    }

    private static bool IsGone(int process)
    {
        try
        {
            using Process found = Process.GetProcessById(process);
            return found.HasExited;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }
}
