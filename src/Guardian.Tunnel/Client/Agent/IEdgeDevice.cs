using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>The machine that an <see cref="EdgeAgent"/> speaks for: its cameras, its health, what it can be told to do. Called by several threads.</summary>
public interface IEdgeDevice
{
    /// <summary>The cameras as they are now.</summary>
    Task<IReadOnlyList<CameraCapability>> DescribeCamerasAsync(CancellationToken cancellationToken);

    /// <summary>How the machine is. The agent fills in the time and the length of its own queue.</summary>
    Task<TelemetryData> MeasureAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Executes a command. Called once for each, one after the other; what it throws is the command's failure, in its words. <c>sync_capabilities</c> and <c>refresh_credentials</c> are the agent's own.
    /// </summary>
    /// <returns>What was done.</returns>
    Task<CommandAnswer> ExecuteAsync(CommandAction action, CancellationToken cancellationToken);

    /// <summary>What this machine can run, for the node to know before it assigns a model. Called with each connection.</summary>
    Task<ModelRuntime> DescribeRuntimeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Loads a model that was assigned, beside the one in use, and scores with it the probe picture and the deployment's probe frames. It takes over when the scores are the expected ones and the node accepts the report, which
    /// <see cref="ModelReportedAsync"/> tells. After a restart, it is called for what was in use.
    /// </summary>
    /// <param name="deployment">What was assigned.</param>
    /// <param name="path">The model's file, whose size and SHA-256 were verified.</param>
    /// <param name="cancellationToken">The agent stops.</param>
    /// <exception cref="Exception">The model is of no use here; the message goes to the node.</exception>
    Task<ModelProbe> LoadModelAsync(Deployment deployment, string path, CancellationToken cancellationToken);

    /// <summary>The camera goes on without a model.</summary>
    /// <param name="deployment">Which camera.</param>
    /// <param name="cancellationToken">The agent stops.</param>
    Task WithdrawModelAsync(Deployment deployment, CancellationToken cancellationToken);

    /// <summary>The node has heard what became of a model.</summary>
    /// <param name="deployment">What was assigned.</param>
    /// <param name="isAccepted">Whether it is to be used from now on.</param>
    /// <param name="reason">Why not.</param>
    /// <param name="cancellationToken">The agent stops.</param>
    Task ModelReportedAsync(Deployment deployment, bool isAccepted, string reason, CancellationToken cancellationToken);
}
