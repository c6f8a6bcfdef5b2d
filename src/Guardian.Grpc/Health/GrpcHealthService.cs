using Guardian.Grpc.Health;
using Guardian.Grpc.Health.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Guardian.Grpc;

/// <summary>
/// The gRPC health service, <c>grpc.health.v1.Health</c>, for load balancers and probes. The empty name stands for the server as a whole and is
/// <see cref="ServingStatus.Serving"/> from the start. Safe for concurrent use.
/// </summary>
public sealed class GrpcHealthService
{
    /// <summary>Most names that can have a status: 1000.</summary>
    public const int MaxServices = 1000;

    private readonly HealthStatuses _statuses = new(MaxServices);

    /// <summary>Makes the service with a status for the server as a whole.</summary>
    public GrpcHealthService() => SetStatus("", ServingStatus.Serving);

    internal static ServiceDescriptor Descriptor { get; } = HealthReflection.Descriptor.Services[0];

    /// <summary>Sets the status of a name; who watches it is told.</summary>
    /// <param name="service">The full name of a service, or empty for the server as a whole.</param>
    /// <param name="status">The status; not <see cref="ServingStatus.ServiceUnknown"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status is not one that can be set.</exception>
    /// <exception cref="InvalidOperationException">The name is new and <see cref="MaxServices"/> have one.</exception>
    public void SetStatus(string service, ServingStatus status)
    {
        ArgumentNullException.ThrowIfNull(service);
        if (status is < ServingStatus.Unknown or > ServingStatus.NotServing)
        {
            throw new ArgumentOutOfRangeException(nameof(status), status, "The status must be Unknown, Serving or NotServing.");
        }

        if (!_statuses.TrySet(service, status))
        {
            throw new InvalidOperationException($"{MaxServices} names have a status already (MaxServices).");
        }
    }

    /// <summary>The status of a name.</summary>
    /// <param name="service">The full name of a service, or empty for the server as a whole.</param>
    /// <returns>The status, or null when it has none.</returns>
    public ServingStatus? GetStatus(string service) => _statuses.Get(service).Status;

    /// <summary>Makes everything <see cref="ServingStatus.NotServing"/> for good, so that balancers stop sending calls before the server stops.</summary>
    public void Stop() => _statuses.Stop();

    internal void Bind(ServiceBinder binder)
    {
        binder.Unary<HealthCheckRequest, HealthCheckResponse>("Check", (request, _) => ValueTask.FromResult(Check(request)));
        binder.ServerStreaming<HealthCheckRequest, HealthCheckResponse>("Watch", WatchAsync);
    }

    private HealthCheckResponse Check(HealthCheckRequest request) =>
        Response(GetStatus(request.Service) ?? throw new RpcException(StatusCode.NotFound, "the service has no health status"));

    private async Task WatchAsync(HealthCheckRequest request, ServerCall<HealthCheckRequest, HealthCheckResponse> call)
    {
        // A watch never ends by itself, and the host waits for its calls when it stops.
        CancellationToken stopping = call.HttpContext.RequestServices?.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, stopping);
        ServingStatus? sent = null;
        try
        {
            while (true)
            {
                (ServingStatus? status, Task changed) = _statuses.Get(request.Service);
                ServingStatus current = status ?? ServingStatus.ServiceUnknown;
                if (current != sent)
                {
                    await call.WriteAsync(Response(current)).ConfigureAwait(false);
                    sent = current;
                }

                await changed.WaitAsync(either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !call.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(StatusCode.Unavailable, "the server is stopping");
        }
    }

    private static HealthCheckResponse Response(ServingStatus status) => new() { Status = (HealthCheckResponse.Types.ServingStatus)status };
}
