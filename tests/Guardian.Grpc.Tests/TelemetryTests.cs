using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Guardian.Grpc.Interop;
using Guardian.Grpc.Interop.Testing;
using Guardian.Testing;

namespace Guardian.Grpc.Tests;

public sealed class TelemetryTests
{
    [Fact(Timeout = Rpc.Limit)]
    public async Task both_ends_report_duration_method_and_status()
    {
        var seen = new ConcurrentQueue<(string Instrument, string? Unit, object? Method, object? Status, object? Error)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == GrpcTelemetry.MeterName)
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) =>
        {
            Dictionary<string, object?> byName = new(tags.ToArray());
            seen.Enqueue((instrument.Name, instrument.Unit, byName["rpc.method"], byName["rpc.response.status_code"], byName.GetValueOrDefault("error.type")));
        });
        listener.Start();

        await using TestServer server = await TestServer.StartAsync(b =>
            b.Unary<SimpleRequest, SimpleResponse>("CacheableUnaryCall", (_, _) => throw new RpcException(StatusCode.OutOfRange, "")));
        using GrpcChannel channel = server.Connect();
        var method = new GrpcMethod<SimpleRequest, SimpleResponse>(Methods.TestService, "CacheableUnaryCall");
        await Rpc.FailsAsync(StatusCode.OutOfRange, () => channel.UnaryAsync(method, new SimpleRequest()));

        foreach (string instrument in new[] { "rpc.client.call.duration", "rpc.server.call.duration" })
        {
            // Tests beside this one make calls too, but not of this method with this status.
            await Eventually.IsTrueAsync(
                () => Task.FromResult(seen.Contains((instrument, "s", "grpc.testing.TestService/CacheableUnaryCall", "OUT_OF_RANGE", "OUT_OF_RANGE"))),
                instrument);
        }
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task the_servers_activity_belongs_to_the_clients_trace()
    {
        var stopped = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == GrpcTelemetry.ActivitySourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using TestServer server = await TestServer.StartAsync(InteropService.Bind);
        using GrpcChannel channel = server.Connect();
        using var caller = new Activity("caller");
        caller.Start();
        await channel.UnaryAsync();
        Assert.Same(caller, Activity.Current);

        Activity[] trace = await Eventually.GetAsync<Activity[]>(
            () => Task.FromResult(stopped.Where(a => a.TraceId == caller.TraceId).ToArray() is { Length: 2 } both ? both : null),
            "both activities");
        Activity client = Assert.Single(trace, a => a.Kind == ActivityKind.Client);
        Activity serverSide = Assert.Single(trace, a => a.Kind == ActivityKind.Server);
        Assert.Equal(caller.SpanId, client.ParentSpanId);
        Assert.Equal("grpc.testing.TestService/UnaryCall", serverSide.DisplayName);
        Assert.Equal("OK", serverSide.GetTagItem("rpc.response.status_code"));
    }
}
