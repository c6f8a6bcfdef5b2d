using Guardian.Grpc.Interop;
using Guardian.Grpc.Interop.Testing;

namespace Guardian.Grpc.Tests.Client;

public sealed class CallTests
{
    [Fact(Timeout = Rpc.Limit)]
    public async Task an_early_failure_stops_the_writer_and_is_read()
    {
        await using TestServer server = await EarlyAsync(_ => throw new RpcException(StatusCode.FailedPrecondition, "stop sending"));
        using GrpcChannel channel = server.Connect();
        using GrpcCall<StreamingInputCallRequest, StreamingInputCallResponse> call = channel.StartCall(Methods.StreamingInput);
        Assert.NotEqual(100_000, await Rpc.WriteManyAsync(call, 100_000, 60_000));
        RpcException e = await Rpc.FailsAsync(StatusCode.FailedPrecondition, async () => await call.ResponseAsync());
        Assert.Equal("stop sending", e.Detail);
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_message_over_the_servers_limit_is_seen_in_the_middle_of_an_upload()
    {
        await using TestServer server = await TestServer.StartAsync(InteropService.Bind, new GrpcServerOptions { MaxReceiveMessageSize = 100_000 });
        using GrpcChannel channel = server.Connect();
        using GrpcCall<StreamingInputCallRequest, StreamingInputCallResponse> call = channel.StartCall(Methods.StreamingInput);
        await Rpc.WriteManyAsync(call, 1000, 110_000);
        await Rpc.FailsAsync(StatusCode.ResourceExhausted, async () => await call.ResponseAsync());
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task an_early_success_is_read_and_the_connection_goes_on()
    {
        await using TestServer server = await EarlyAsync(_ => new StreamingInputCallResponse { AggregatedPayloadSize = 1 });
        using GrpcChannel channel = server.Connect();
        for (int round = 0; round < 10; round++)
        {
            using GrpcCall<StreamingInputCallRequest, StreamingInputCallResponse> call = channel.StartCall(Methods.StreamingInput);
            await call.WriteAsync(new StreamingInputCallRequest { Payload = Rpc.Zeros(60_000) });
            Assert.Equal(1, (await call.ResponseAsync()).AggregatedPayloadSize);
            Assert.False(await call.WriteAsync(new StreamingInputCallRequest()));
        }
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task headers_come_before_the_clients_first_message()
    {
        await using TestServer server = await TestServer.StartAsync(b => b.Duplex<StreamingOutputCallRequest, StreamingOutputCallResponse>("FullDuplexCall", async call =>
        {
            call.ResponseHeaders.Add("hello", "there");
            await call.SendHeadersAsync();
            await foreach (StreamingOutputCallRequest _ in call.ReadAllAsync())
            {
                await call.WriteAsync(new StreamingOutputCallResponse());
            }
        }));
        using GrpcChannel channel = server.Connect();
        await using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call = channel.StartCall(Methods.FullDuplex);
        await call.ReadHeadersAsync();
        Assert.Equal("there", call.ResponseHeaders.GetText("hello"));
        for (int i = 0; i < 3; i++)
        {
            Assert.True(await call.WriteAsync(new StreamingOutputCallRequest()));
            Assert.NotNull(await call.ReadAsync());
        }

        await call.CompleteAsync();
        Assert.Null(await call.ReadAsync());
        Assert.Null(await call.ReadAsync());
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_cancelled_read_leaves_the_call_usable()
    {
        await using TestServer server = await TestServer.StartAsync(InteropService.Bind);
        using GrpcChannel channel = server.Connect();
        using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call = channel.StartCall(Methods.FullDuplex);
        await call.WriteAsync(new StreamingOutputCallRequest { ResponseParameters = { new ResponseParameters { Size = 1 } } });
        Assert.NotNull(await call.ReadAsync());
        using var cancel = new CancellationTokenSource();
        ValueTask<StreamingOutputCallResponse?> waiting = call.ReadAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
        await call.WriteAsync(new StreamingOutputCallRequest { ResponseParameters = { new ResponseParameters { Size = 2 } } });
        Assert.Equal(2, (await call.ReadAsync())!.Payload.Body.Length);
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_token_that_is_cancelled_already_makes_no_call()
    {
        await using TestServer server = await TestServer.StartAsync(InteropService.Bind);
        using GrpcChannel channel = server.Connect();
        await Rpc.FailsAsync(StatusCode.Cancelled, () => channel.UnaryAsync(cancellationToken: new CancellationToken(canceled: true)));
    }

    [Theory(Timeout = Rpc.Limit)]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task a_deadline_that_has_passed_makes_no_call(int seconds)
    {
        await using TestServer server = await TestServer.StartAsync(InteropService.Bind);
        using GrpcChannel channel = server.Connect();
        await Rpc.FailsAsync(StatusCode.DeadlineExceeded, () => channel.UnaryAsync(options: new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(seconds) }));
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task the_clients_own_clock_ends_a_call_that_the_server_does_not_end()
    {
        var time = new SteppedTime();
        var started = new TaskCompletionSource();
        var gate = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(b => b.Unary<SimpleRequest, SimpleResponse>("UnaryCall", async (_, _) =>
        {
            started.SetResult();
            await gate.Task;
            return new SimpleResponse();
        }));
        using GrpcChannel channel = server.Connect(new GrpcChannelOptions { TimeProvider = time });
        Task<SimpleResponse> response = channel.UnaryAsync(options: new GrpcCallOptions { Timeout = TimeSpan.FromHours(1) });
        await started.Task;
        time.Advance(TimeSpan.FromMinutes(61));
        await Rpc.FailsAsync(StatusCode.DeadlineExceeded, () => response);
        gate.SetResult();
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_request_over_the_send_limit_never_leaves_and_a_stream_goes_on()
    {
        await using TestServer server = await TestServer.StartAsync(InteropService.Bind);
        using GrpcChannel channel = server.Connect(new GrpcChannelOptions { MaxSendMessageSize = 1000 });
        await Rpc.FailsAsync(StatusCode.ResourceExhausted, () => channel.UnaryAsync(new SimpleRequest { Payload = Rpc.Zeros(2000) }));
        using GrpcCall<StreamingInputCallRequest, StreamingInputCallResponse> call = channel.StartCall(Methods.StreamingInput);
        await Rpc.FailsAsync(StatusCode.ResourceExhausted, async () => await call.WriteAsync(new StreamingInputCallRequest { Payload = Rpc.Zeros(2000) }));
        await call.WriteAsync(new StreamingInputCallRequest { Payload = Rpc.Zeros(20) });
        await call.CompleteAsync();
        Assert.Equal(20, (await call.ResponseAsync()).AggregatedPayloadSize);
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task hundreds_of_calls_share_a_channel()
    {
        await using TestServer server = await TestServer.StartAsync(InteropService.Bind);
        using GrpcChannel channel = server.Connect();
        SimpleResponse[] responses = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => channel.UnaryAsync(new SimpleRequest { ResponseSize = i })));
        Assert.Equal(Enumerable.Range(0, 500), responses.Select(r => r.Payload.Body.Length));
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task streams_are_read_to_their_end()
    {
        await using TestServer server = await TestServer.StartAsync(InteropService.Bind);
        using GrpcChannel channel = server.Connect();
        var request = new StreamingOutputCallRequest { ResponseParameters = { Enumerable.Range(0, 200).Select(i => new ResponseParameters { Size = i * 100 }) } };
        using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call = channel.StartCall(Methods.StreamingOutput, request);
        int next = 0;
        await foreach (StreamingOutputCallResponse response in call.ReadAllAsync())
        {
            Assert.Equal(next++ * 100, response.Payload.Body.Length);
        }

        Assert.Equal(200, next);
    }

    [Fact]
    public async Task the_wrong_way_to_start_a_call_is_refused()
    {
        using var channel = new GrpcChannel(new Uri("http://127.0.0.1:1"));
        Assert.Throws<ArgumentException>(() => channel.StartCall(Methods.UnaryCall));
        Assert.Throws<ArgumentException>(() => channel.StartCall(Methods.StreamingInput, new StreamingInputCallRequest()));
        await Assert.ThrowsAsync<ArgumentException>(() => channel.UnaryAsync(Methods.StreamingInput, new StreamingInputCallRequest()));
    }

    [Theory]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("http://127.0.0.1/path")]
    [InlineData("relative")]
    public void an_address_that_is_no_server_is_refused(string address) =>
        Assert.Throws<ArgumentException>(() => new GrpcChannel(new Uri(address, UriKind.RelativeOrAbsolute)));

    [Fact]
    public void unsound_channel_options_are_all_named()
    {
        var options = new GrpcChannelOptions { MaxReceiveMessageSize = 0, MaxSendMessageSize = 0, ConnectTimeout = TimeSpan.Zero, KeepAlivePingDelay = TimeSpan.Zero, KeepAlivePingTimeout = TimeSpan.Zero };
        ArgumentException e = Assert.Throws<ArgumentException>(() => new GrpcChannel(new Uri("http://127.0.0.1:1"), options));
        Assert.All(
            ["MaxReceiveMessageSize", "MaxSendMessageSize", "ConnectTimeout", "KeepAlivePingDelay", "KeepAlivePingTimeout"],
            name => Assert.Contains(name, e.Message, StringComparison.Ordinal));
    }

    private static Task<TestServer> EarlyAsync(Func<StreamingInputCallRequest?, StreamingInputCallResponse> answer) =>
        TestServer.StartAsync(b => b.ClientStreaming<StreamingInputCallRequest, StreamingInputCallResponse>(
            "StreamingInputCall", async call => answer(await call.ReadAsync())));
}
