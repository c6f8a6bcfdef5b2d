using System.Diagnostics;
using Guardian.Grpc.Interop;
using Guardian.Grpc.Interop.Testing;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Guardian.Grpc.Tests.Server;

/// <summary>Kestrel's limits for web requests do not hold for gRPC calls, however a host sets them.</summary>
public sealed class WebLimitTests
{
    [Fact(Timeout = Rpc.Limit)]
    public async Task an_upload_may_be_longer_than_the_largest_body()
    {
        await using TestServer server = await TestServer.StartAsync(InteropService.Bind, kestrel: k => k.Limits.MaxRequestBodySize = 1000);
        using GrpcChannel channel = server.Connect();
        using GrpcCall<StreamingInputCallRequest, StreamingInputCallResponse> call = channel.StartCall(Methods.StreamingInput);
        Assert.Equal(20, await Rpc.WriteManyAsync(call, 20, 50_000));
        await call.CompleteAsync();
        Assert.Equal(1_000_000, (await call.ResponseAsync()).AggregatedPayloadSize);
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task an_upload_may_be_slower_than_the_least_data_rate()
    {
        // The shortest grace that Kestrel takes, on a clock that no test can move: this one has to last a little longer.
        TimeSpan grace = TimeSpan.FromSeconds(1.1);
        await using TestServer server = await TestServer.StartAsync(InteropService.Bind, kestrel: k => k.Limits.MinRequestBodyDataRate = new MinDataRate(1e9, grace));
        using GrpcChannel channel = server.Connect();
        using GrpcCall<StreamingInputCallRequest, StreamingInputCallResponse> call = channel.StartCall(Methods.StreamingInput);
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < grace * 3)
        {
            Assert.True(await call.WriteAsync(new StreamingInputCallRequest { Payload = Rpc.Zeros(1) }));
            await Task.Delay(100);
        }

        await call.CompleteAsync();
        Assert.NotEqual(0, (await call.ResponseAsync()).AggregatedPayloadSize);
    }
}
