using Guardian.Grpc.Health.V1;

namespace Guardian.Grpc;

/// <summary>Health on both ends.</summary>
public static class GrpcHealthExtensions
{
    private static readonly GrpcMethod<HealthCheckRequest, HealthCheckResponse> Check = new(GrpcHealthService.Descriptor, "Check");

    /// <summary>Serves <c>grpc.health.v1.Health</c>.</summary>
    /// <param name="server">The server.</param>
    /// <param name="health">Holds the statuses.</param>
    /// <returns>The server.</returns>
    /// <exception cref="ArgumentException">The server serves health already.</exception>
    public static GrpcServer AddHealth(this GrpcServer server, GrpcHealthService health)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(health);
        return server.AddService(GrpcHealthService.Descriptor, health.Bind);
    }

    /// <summary>Asks a server for the status of one of its services.</summary>
    /// <param name="channel">The channel to the server.</param>
    /// <param name="service">The full name of a service; empty, the default, for the server as a whole.</param>
    /// <param name="options">Metadata and time limit; null for none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The status; <see cref="ServingStatus.ServiceUnknown"/> when the server has none under that name.</returns>
    /// <exception cref="RpcException">The call failed.</exception>
    public static async Task<ServingStatus> CheckHealthAsync(this GrpcChannel channel, string service = "", GrpcCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        try
        {
            HealthCheckResponse response = await channel.UnaryAsync(Check, new HealthCheckRequest { Service = service }, options, cancellationToken).ConfigureAwait(false);
            return (ServingStatus)response.Status;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return ServingStatus.ServiceUnknown;
        }
    }
}
