using Google.Protobuf;
using Guardian.Grpc.Interop;
using Guardian.Grpc.Interop.Testing;
using Guardian.Testing;
using Microsoft.Extensions.Logging;

namespace Guardian.Grpc.Tests.Server;

public sealed class HandlerTests
{
    [Fact(Timeout = Rpc.Limit)]
    public async Task an_exception_is_logged_and_its_text_does_not_leave()
    {
        await using TestServer server = await Serving((_, _) => throw new InvalidOperationException("secret detail"));
        using GrpcChannel channel = server.Connect();
        RpcException e = await Rpc.FailsAsync(StatusCode.Unknown, () => channel.UnaryAsync());
        Assert.Equal("exception in handler", e.Detail);
        (LogLevel Level, int Id, string Text, Exception? Exception) entry = Assert.Single(server.Log.Entries, l => l.Level == LogLevel.Error);
        Assert.Equal(1000, entry.Id);
        Assert.Equal("secret detail", entry.Exception!.Message);
        Assert.Contains("grpc.testing.TestService/UnaryCall", entry.Text, StringComparison.Ordinal);
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task an_rpc_exception_is_the_status_of_the_call()
    {
        await using TestServer server = await Serving((_, call) =>
        {
            call.ResponseTrailers.Add("set", "before");
            throw new RpcException(StatusCode.FailedPrecondition, "köder", new Metadata { { "with", "it" }, { "raw-bin", [1, 2] } });
        });
        using GrpcChannel channel = server.Connect();
        RpcException e = await Rpc.FailsAsync(StatusCode.FailedPrecondition, () => channel.UnaryAsync());
        Assert.Equal("köder", e.Detail);
        Assert.Equal("before", e.Trailers.GetText("set"));
        Assert.Equal("it", e.Trailers.GetText("with"));
        Assert.Equal([1, 2], e.Trailers.GetBytes("raw-bin"));
        Assert.DoesNotContain(server.Log.Entries, l => l.Level == LogLevel.Error);
    }

    [Theory(Timeout = Rpc.Limit)]
    [InlineData(0)]
    [InlineData(99)]
    [InlineData(-1)]
    public async Task a_status_that_is_no_failure_is_unknown(int status)
    {
        await using TestServer server = await Serving((_, _) => throw new RpcException((StatusCode)status, "odd"));
        using GrpcChannel channel = server.Connect();
        await Rpc.FailsAsync(StatusCode.Unknown, () => channel.UnaryAsync());
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_failure_after_messages_goes_in_the_trailers()
    {
        await using TestServer server = await TestServer.StartAsync(b => b.ServerStreaming<StreamingOutputCallRequest, StreamingOutputCallResponse>("StreamingOutputCall", async (_, call) =>
        {
            await call.WriteAsync(new StreamingOutputCallResponse());
            throw new RpcException(StatusCode.DataLoss, "half", new Metadata { { "t", "1" } });
        }));
        using GrpcChannel channel = server.Connect();
        using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call = channel.StartCall(Methods.StreamingOutput, new StreamingOutputCallRequest());
        Assert.NotNull(await call.ReadAsync());
        await Rpc.FailsAsync(StatusCode.DataLoss, async () => await call.ReadAsync());
        await Rpc.FailsAsync(StatusCode.DataLoss, async () => await call.ReadAsync());
        Assert.Equal("1", call.ResponseTrailers.GetText("t"));
    }

    [Theory(Timeout = Rpc.Limit)]
    [InlineData("reads")]
    [InlineData("writes to a client that does not read")]
    [InlineData("waits")]
    public async Task a_call_can_be_ended_from_outside_its_handler(string handler)
    {
        var running = new TaskCompletionSource<ServerCall>();
        await using TestServer server = await TestServer.StartAsync(b => b.Duplex<StreamingOutputCallRequest, StreamingOutputCallResponse>("FullDuplexCall", async call =>
        {
            await call.WriteAsync(new StreamingOutputCallResponse());
            running.TrySetResult(call);
            var large = new StreamingOutputCallResponse { Payload = new Payload { Body = ByteString.CopyFrom(new byte[1 << 20]) } };
            while (true)
            {
                await (handler switch
                {
                    "reads" => call.ReadAsync().AsTask(),
                    "waits" => Task.Delay(Timeout.Infinite, call.CancellationToken),
                    _ => call.WriteAsync(large).AsTask(),
                });
            }
        }));
        using GrpcChannel channel = server.Connect();
        using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call = channel.StartCall(Methods.FullDuplex);
        Assert.NotNull(await call.ReadAsync());
        ServerCall open = await running.Task;
        open.End(new RpcException(StatusCode.Unauthenticated, "revoked"));
        open.End(new RpcException(StatusCode.Internal, "too late"));
        RpcException e = await Rpc.FailsAsync(StatusCode.Unauthenticated, async () =>
        {
            while (await call.ReadAsync() is not null)
            {
                // What was on its way arrives first.
            }
        });
        Assert.Equal("revoked", e.Detail);
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_response_over_the_send_limit_is_resource_exhausted()
    {
        await using TestServer server = await TestServer.StartAsync(InteropService.Bind, new GrpcServerOptions { MaxSendMessageSize = 1000 });
        using GrpcChannel channel = server.Connect();
        RpcException e = await Rpc.FailsAsync(StatusCode.ResourceExhausted, () => channel.UnaryAsync(new SimpleRequest { ResponseSize = 5000 }));
        Assert.Contains("MaxSendMessageSize", e.Detail, StringComparison.Ordinal);
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_service_may_have_a_message_limit_of_its_own()
    {
        await using TestServer server = await TestServer.StartAsync(
            b =>
            {
                b.MaxReceiveMessageSize = 1 << 20;
                b.Unary<SimpleRequest, SimpleResponse>("UnaryCall", (_, _) => ValueTask.FromResult(new SimpleResponse()));
            },
            new GrpcServerOptions { MaxReceiveMessageSize = 1000 });
        using GrpcChannel channel = server.Connect();
        await channel.UnaryAsync(new SimpleRequest { Payload = Rpc.Zeros(1_000_000) });
        RpcException e = await Rpc.FailsAsync(StatusCode.ResourceExhausted, () => channel.UnaryAsync(new SimpleRequest { Payload = Rpc.Zeros(2_000_000) }));
        Assert.Contains("1048576", e.Detail, StringComparison.Ordinal);
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_deadline_reaches_the_handler_and_ends_it()
    {
        var time = new SteppedTime();
        DateTimeOffset? seen = null;
        await using TestServer server = await TestServer.StartAsync(
            b => b.Unary<SimpleRequest, SimpleResponse>("UnaryCall", async (_, call) =>
            {
                seen = call.Deadline;
                time.Advance(TimeSpan.FromSeconds(11));
                await Task.Delay(Timeout.Infinite, call.CancellationToken);
                return new SimpleResponse();
            }),
            time: time);
        DateTimeOffset start = time.GetUtcNow();
        using GrpcChannel channel = server.Connect();
        RpcException e = await Rpc.FailsAsync(StatusCode.DeadlineExceeded, () => channel.UnaryAsync(options: new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(10) }));
        Assert.Null(e.InnerException);
        Assert.Equal(start.AddSeconds(10), seen);
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_call_without_a_deadline_has_none()
    {
        DateTimeOffset? seen = DateTimeOffset.MinValue;
        await using TestServer server = await Serving((_, call) =>
        {
            seen = call.Deadline;
            return new SimpleResponse();
        });
        using GrpcChannel channel = server.Connect();
        await channel.UnaryAsync();
        Assert.Null(seen);
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_cancelling_client_is_seen_by_the_handler()
    {
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(b => b.Unary<SimpleRequest, SimpleResponse>("UnaryCall", async (_, call) =>
        {
            await using CancellationTokenRegistration registration = call.CancellationToken.Register(cancelled.SetResult);
            started.SetResult();
            await Task.Delay(Timeout.Infinite, call.CancellationToken);
            return new SimpleResponse();
        }));
        using GrpcChannel channel = server.Connect();
        using GrpcCall<SimpleRequest, SimpleResponse> call = channel.StartCall(Methods.UnaryCall, new SimpleRequest());
        await started.Task;
        call.Cancel();
        await cancelled.Task;
        await Rpc.FailsAsync(StatusCode.Cancelled, async () => await call.ResponseAsync());
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_client_that_drops_a_download_ends_the_writes()
    {
        var ended = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(b => b.ServerStreaming<StreamingOutputCallRequest, StreamingOutputCallResponse>("StreamingOutputCall", async (_, call) =>
        {
            try
            {
                while (true)
                {
                    await call.WriteAsync(new StreamingOutputCallResponse { Payload = Rpc.Zeros(100_000) });
                }
            }
            catch (OperationCanceledException)
            {
                ended.SetResult();
                throw;
            }
        }));
        using GrpcChannel channel = server.Connect();
        using (GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call = channel.StartCall(Methods.StreamingOutput, new StreamingOutputCallRequest()))
        {
            Assert.NotNull(await call.ReadAsync());
        }

        await ended.Task;
        Assert.DoesNotContain(server.Log.Entries, l => l.Level == LogLevel.Error);
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_unary_handler_may_not_write_and_return()
    {
        await using TestServer server = await TestServer.StartAsync(b => b.Unary<SimpleRequest, SimpleResponse>("UnaryCall", async (_, call) =>
        {
            await call.WriteAsync(new SimpleResponse());
            return new SimpleResponse();
        }));
        using GrpcChannel channel = server.Connect();
        await Rpc.FailsAsync(StatusCode.Unknown, () => channel.UnaryAsync());
        Assert.Contains("single response", Assert.Single(server.Log.Entries, l => l.Id == 1000).Exception!.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task two_writes_at_once_are_an_error_of_the_handler()
    {
        await using TestServer server = await TestServer.StartAsync(b => b.ServerStreaming<StreamingOutputCallRequest, StreamingOutputCallResponse>("StreamingOutputCall", async (_, call) =>
        {
            // Far more than the client's window, so that the first write waits.
            ValueTask first = call.WriteAsync(new StreamingOutputCallResponse { Payload = Rpc.Zeros(4 << 20) });
            await call.WriteAsync(new StreamingOutputCallResponse());
            await first;
        }));
        using GrpcChannel channel = server.Connect();
        using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call = channel.StartCall(Methods.StreamingOutput, new StreamingOutputCallRequest());
        await call.ReadHeadersAsync();
        await Eventually.IsTrueAsync(
            () => Task.FromResult(server.Log.Entries.Any(l => l.Exception is InvalidOperationException e && e.Message.Contains("Another write", StringComparison.Ordinal))),
            "the second write is refused");
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_handler_reads_a_message_in_place()
    {
        List<long> sizes = [];
        bool completed = false;
        await using TestServer server = await TestServer.StartAsync(b => b.ClientStreaming<StreamingInputCallRequest, StreamingInputCallResponse>("StreamingInputCall", async call =>
        {
            while (await call.ReadInPlaceAsync<long?>(bytes => bytes.Length) is { } size)
            {
                sizes.Add(size);
            }

            completed = call.RequestsCompleted;
            return new StreamingInputCallResponse();
        }));
        using GrpcChannel channel = server.Connect();
        using GrpcCall<StreamingInputCallRequest, StreamingInputCallResponse> call = channel.StartCall(Methods.StreamingInput);
        var message = new StreamingInputCallRequest { Payload = Rpc.Zeros(300_000) };
        await call.WriteAsync(message);
        await call.WriteAsync(new StreamingInputCallRequest());
        await call.CompleteAsync();
        await call.ResponseAsync();
        Assert.Equal([message.CalculateSize(), 0], sizes);
        Assert.True(completed);
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_call_in_flight_ends_well_when_the_server_stops()
    {
        var started = new TaskCompletionSource();
        var gate = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(b => b.Unary<SimpleRequest, SimpleResponse>("UnaryCall", async (_, _) =>
        {
            started.SetResult();
            await gate.Task;
            return new SimpleResponse { Username = "done" };
        }));
        using GrpcChannel channel = server.Connect();
        Task<SimpleResponse> inFlight = channel.UnaryAsync();
        await started.Task;
        Task stopping = server.StopAsync(TimeSpan.FromSeconds(20));

        // Stopping has begun when nobody can connect any more.
        await Eventually.IsTrueAsync(
            async () =>
            {
                using GrpcChannel late = server.Connect();
                try
                {
                    await late.UnaryAsync(Methods.EmptyCall, new Empty(), new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(1) });
                    return false;
                }
                catch (RpcException e)
                {
                    return e.StatusCode == StatusCode.Unavailable;
                }
            },
            "the server refuses new connections");
        gate.SetResult();
        Assert.Equal("done", (await inFlight).Username);
        await stopping;
        await Rpc.FailsAsync(StatusCode.Unavailable, () => channel.UnaryAsync());
    }

    private static Task<TestServer> Serving(Func<SimpleRequest, ServerCall<SimpleRequest, SimpleResponse>, SimpleResponse> handler) =>
        TestServer.StartAsync(b => b.Unary<SimpleRequest, SimpleResponse>("UnaryCall", (request, call) => ValueTask.FromResult(handler(request, call))));
}
