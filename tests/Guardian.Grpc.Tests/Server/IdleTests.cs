using Guardian.Grpc.Interop;
using Guardian.Grpc.Interop.Testing;
using Guardian.Testing;

namespace Guardian.Grpc.Tests.Server;

public sealed class IdleTests
{
    [Fact(Timeout = Rpc.Limit)]
    public async Task a_client_that_sends_nothing_is_ended_at_the_idle_bound()
    {
        var time = new SteppedTime();
        await using TestServer server = await TestServer.StartAsync(InteropService.Bind, time: time);
        using GrpcChannel channel = server.Connect();
        using GrpcCall<StreamingInputCallRequest, StreamingInputCallResponse> call = channel.StartCall(Methods.StreamingInput);
        Task<StreamingInputCallResponse> response = call.ResponseAsync().AsTask();

        await ArmedAsync(time);
        time.Advance(TimeSpan.FromSeconds(119));
        await call.WriteAsync(new StreamingInputCallRequest());
        await AdvanceUntilAsync(time, TimeSpan.FromSeconds(121), response);

        RpcException e = await Rpc.FailsAsync(StatusCode.DeadlineExceeded, () => response);
        Assert.Contains("120 s (ReadIdleTimeout)", e.Detail, StringComparison.Ordinal);
        Assert.False(await call.WriteAsync(new StreamingInputCallRequest()));
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_unary_client_that_never_half_closes_is_ended_too()
    {
        var time = new SteppedTime();
        await using TestServer server = await TestServer.StartAsync(InteropService.Bind, time: time);
        using var peer = new RawPeer(server.Address);
        var answered = new TaskCompletionSource();
        Task<RawAnswer> answer = peer.PostAsync(async stream =>
        {
            await stream.WriteAsync(RawPeer.ValidRequest);
            await stream.FlushAsync();
            await answered.Task;
        });
        await AdvanceUntilAsync(time, TimeSpan.FromSeconds(121), answer);
        Assert.Equal("4", (await answer).Status);
        answered.SetResult();
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_handler_may_wait_as_long_as_it_likes()
    {
        var time = new SteppedTime();
        var waiting = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(
            b => b.Duplex<StreamingOutputCallRequest, StreamingOutputCallResponse>("FullDuplexCall", async call =>
            {
                call.ReadIdleTimeout = Timeout.InfiniteTimeSpan;
                Assert.Throws<ArgumentOutOfRangeException>(() => call.ReadIdleTimeout = TimeSpan.Zero);
                waiting.SetResult();
                while (await call.ReadAsync() is not null)
                {
                    await call.WriteAsync(new StreamingOutputCallResponse());
                }
            }),
            time: time);
        using GrpcChannel channel = server.Connect();
        using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call = channel.StartCall(Methods.FullDuplex);
        await waiting.Task;
        time.Advance(TimeSpan.FromDays(3));
        await call.WriteAsync(new StreamingOutputCallRequest());
        Assert.NotNull(await call.ReadAsync());
        Assert.False(time.HasArmedTimer());
        await call.CompleteAsync();
        Assert.Null(await call.ReadAsync());
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_client_that_keeps_talking_is_not_ended()
    {
        var time = new SteppedTime();
        await using TestServer server = await TestServer.StartAsync(InteropService.Bind, time: time);
        using GrpcChannel channel = server.Connect();
        using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call = channel.StartCall(Methods.FullDuplex);
        for (int i = 0; i < 5; i++)
        {
            await ArmedAsync(time);
            time.Advance(TimeSpan.FromSeconds(119));
            await call.WriteAsync(new StreamingOutputCallRequest { ResponseParameters = { new ResponseParameters { Size = i } } });
            Assert.Equal(i, (await call.ReadAsync())!.Payload.Body.Length);
        }

        await call.CompleteAsync();
        Assert.Null(await call.ReadAsync());
    }

    private static Task ArmedAsync(SteppedTime time) => Eventually.IsTrueAsync(() => Task.FromResult(time.HasArmedTimer()), "the server waits for a message");

    // The server may not wait yet when the clock moves; then the next step is the one that counts.
    private static Task AdvanceUntilAsync(SteppedTime time, TimeSpan step, Task ended) => Eventually.IsTrueAsync(
        () =>
        {
            time.Advance(step);
            return Task.FromResult(ended.IsCompleted);
        },
        "the call ends");
}
