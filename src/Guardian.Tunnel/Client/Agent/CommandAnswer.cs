using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>What became of a command on the edge.</summary>
/// <param name="Outcome">Succeeded, failed or unsupported.</param>
/// <param name="ResultJson">What it gives back: JSON of at most 256 KiB; empty for nothing.</param>
/// <param name="Error">Why it was not done: up to 512 characters; empty when it was.</param>
public sealed record CommandAnswer(CommandResult.Types.Outcome Outcome, string ResultJson = "", string Error = "")
{
    /// <summary>The edge does not know this command.</summary>
    public static CommandAnswer Unsupported { get; } = new(CommandResult.Types.Outcome.Unsupported, Error: "this edge does not know the command");

    /// <summary>It was done.</summary>
    /// <param name="resultJson">What it gives back.</param>
    public static CommandAnswer Done(string resultJson = "") => new(CommandResult.Types.Outcome.Succeeded, resultJson);
}
