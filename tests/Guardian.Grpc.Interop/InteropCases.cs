using Guardian.Grpc.Interop.Testing;

namespace Guardian.Grpc.Interop;

/// <summary>The client side of the gRPC project's interop cases, by their upstream names.</summary>
public static class InteropCases
{
    private static readonly int[] RequestSizes = [27182, 8, 1828, 45904];
    private static readonly int[] ResponseSizes = [31415, 9, 2653, 58979];

    private static readonly Dictionary<string, Func<GrpcChannel, InteropCaseOptions, Task>> Cases = new(StringComparer.Ordinal)
    {
        ["empty_unary"] = (channel, _) => channel.UnaryAsync(Methods.EmptyCall, new Empty()),
        ["large_unary"] = LargeUnaryAsync,
        ["client_streaming"] = ClientStreamingAsync,
        ["server_streaming"] = ServerStreamingAsync,
        ["ping_pong"] = PingPongAsync,
        ["empty_stream"] = EmptyStreamAsync,
        ["half_duplex"] = HalfDuplexAsync,
        ["cancel_after_begin"] = CancelAfterBeginAsync,
        ["cancel_after_first_response"] = CancelAfterFirstResponseAsync,
        ["timeout_on_sleeping_server"] = TimeoutOnSleepingServerAsync,
        ["custom_metadata"] = CustomMetadataAsync,
        ["status_code_and_message"] = StatusCodeAndMessageAsync,
        ["special_status_message"] = SpecialStatusMessageAsync,
        ["unimplemented_method"] = (channel, _) => FailsAsync(StatusCode.Unimplemented, () => channel.UnaryAsync(Methods.UnimplementedMethod, new Empty())),
        ["unimplemented_service"] = (channel, _) => FailsAsync(StatusCode.Unimplemented, () => channel.UnaryAsync(Methods.UnimplementedServiceMethod, new Empty())),
        ["client_compressed_unary"] = CompressionCases.ClientCompressedUnaryAsync,
        ["server_compressed_unary"] = CompressionCases.ServerCompressedUnaryAsync,
        ["client_compressed_streaming"] = CompressionCases.ClientCompressedStreamingAsync,
        ["server_compressed_streaming"] = CompressionCases.ServerCompressedStreamingAsync,
    };

    public static IReadOnlyCollection<string> Names => Cases.Keys;

    /// <exception cref="InteropFailedException">The case failed.</exception>
    /// <exception cref="RpcException">A call failed that should not.</exception>
    public static Task RunAsync(string name, GrpcChannel channel, InteropCaseOptions options) =>
        Cases.TryGetValue(name, out Func<GrpcChannel, InteropCaseOptions, Task>? run)
            ? run(channel, options)
            : throw new InteropFailedException($"there is no case '{name}'; there are: {string.Join(", ", Names)}");

    internal static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InteropFailedException(what);
        }
    }

    internal static void RequireSize(int expected, Payload? payload) =>
        Require(payload?.Body.Length == expected, $"the payload has {payload?.Body.Length} bytes, not {expected}");

    internal static async Task<RpcException> FailsAsync(StatusCode expected, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (RpcException e)
        {
            Require(e.StatusCode == expected, $"the status is {e.Message}, not {expected}");
            return e;
        }

        throw new InteropFailedException($"the call succeeded; it should end with {expected}");
    }

    private static async Task LargeUnaryAsync(GrpcChannel channel, InteropCaseOptions options)
    {
        SimpleResponse response = await channel.UnaryAsync(Methods.UnaryCall, LargeRequest());
        RequireSize(314159, response.Payload);
    }

    private static async Task ClientStreamingAsync(GrpcChannel channel, InteropCaseOptions options)
    {
        using GrpcCall<StreamingInputCallRequest, StreamingInputCallResponse> call = channel.StartCall(Methods.StreamingInput);
        foreach (int size in RequestSizes)
        {
            await call.WriteAsync(new StreamingInputCallRequest { Payload = InteropService.Zeros(size) });
        }

        await call.CompleteAsync();
        StreamingInputCallResponse response = await call.ResponseAsync();
        Require(response.AggregatedPayloadSize == 74922, $"the sum is {response.AggregatedPayloadSize}");
    }

    private static async Task ServerStreamingAsync(GrpcChannel channel, InteropCaseOptions options)
    {
        var request = new StreamingOutputCallRequest { ResponseParameters = { ResponseSizes.Select(size => new ResponseParameters { Size = size }) } };
        using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call = channel.StartCall(Methods.StreamingOutput, request);
        await ReadExactlyAsync(call, ResponseSizes);
    }

    private static async Task PingPongAsync(GrpcChannel channel, InteropCaseOptions options)
    {
        using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call = channel.StartCall(Methods.FullDuplex);
        foreach ((int request, int response) in RequestSizes.Zip(ResponseSizes))
        {
            await call.WriteAsync(Ask(response, request));
            RequireSize(response, (await call.ReadAsync())?.Payload);
        }

        await call.CompleteAsync();
        Require(await call.ReadAsync() is null, "the stream did not end");
    }

    private static async Task EmptyStreamAsync(GrpcChannel channel, InteropCaseOptions options)
    {
        using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call = channel.StartCall(Methods.FullDuplex);
        await call.CompleteAsync();
        Require(await call.ReadAsync() is null, "the stream is not empty");
    }

    private static async Task HalfDuplexAsync(GrpcChannel channel, InteropCaseOptions options)
    {
        using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call = channel.StartCall(Methods.HalfDuplex);
        foreach (int size in ResponseSizes)
        {
            await call.WriteAsync(Ask(size, 1));
        }

        await call.CompleteAsync();
        await ReadExactlyAsync(call, ResponseSizes);
    }

    private static async Task CancelAfterBeginAsync(GrpcChannel channel, InteropCaseOptions options)
    {
        using GrpcCall<StreamingInputCallRequest, StreamingInputCallResponse> call = channel.StartCall(Methods.StreamingInput);
        call.Cancel();
        await FailsAsync(StatusCode.Cancelled, async () => await call.ResponseAsync());
    }

    private static async Task CancelAfterFirstResponseAsync(GrpcChannel channel, InteropCaseOptions options)
    {
        using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call = channel.StartCall(Methods.FullDuplex);
        await call.WriteAsync(Ask(31415, 27182));
        RequireSize(31415, (await call.ReadAsync())?.Payload);
        call.Cancel();
        await FailsAsync(StatusCode.Cancelled, async () => await call.ReadAsync());
    }

    private static async Task TimeoutOnSleepingServerAsync(GrpcChannel channel, InteropCaseOptions options)
    {
        using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call =
            channel.StartCall(Methods.FullDuplex, new GrpcCallOptions { Timeout = TimeSpan.FromMilliseconds(1) });
        await call.WriteAsync(new StreamingOutputCallRequest { Payload = InteropService.Zeros(27182) });
        await FailsAsync(StatusCode.DeadlineExceeded, () => DrainAsync(call));
    }

    private static async Task CustomMetadataAsync(GrpcChannel channel, InteropCaseOptions options)
    {
        byte[] trailing = [0xab, 0xab, 0xab];
        var headers = new Metadata { { InteropService.EchoInitial, "test_initial_metadata_value" }, { InteropService.EchoTrailing, trailing } };
        void RequireEcho(Metadata initial, Metadata end)
        {
            Require(initial.GetText(InteropService.EchoInitial) == "test_initial_metadata_value", "the headers do not echo");
            Require(end.GetBytes(InteropService.EchoTrailing)?.SequenceEqual(trailing) == true, "the trailers do not echo");
        }

        using GrpcCall<SimpleRequest, SimpleResponse> unary = channel.StartCall(Methods.UnaryCall, LargeRequest(), new GrpcCallOptions { Headers = headers });
        await unary.ResponseAsync();
        RequireEcho(unary.ResponseHeaders, unary.ResponseTrailers);

        using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> duplex = channel.StartCall(Methods.FullDuplex, new GrpcCallOptions { Headers = headers });
        await duplex.WriteAsync(Ask(314159, 271828));
        await duplex.CompleteAsync();
        await DrainAsync(duplex);
        RequireEcho(duplex.ResponseHeaders, duplex.ResponseTrailers);
    }

    private static async Task StatusCodeAndMessageAsync(GrpcChannel channel, InteropCaseOptions options)
    {
        var status = new EchoStatus { Code = (int)StatusCode.Unknown, Message = "test status message" };
        RpcException unary = await FailsAsync(StatusCode.Unknown, () => channel.UnaryAsync(Methods.UnaryCall, new SimpleRequest { ResponseStatus = status }));
        Require(unary.Detail == status.Message, $"the message is '{unary.Detail}'");

        using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call = channel.StartCall(Methods.FullDuplex);
        await call.WriteAsync(new StreamingOutputCallRequest { ResponseStatus = status });
        await call.CompleteAsync();
        RpcException duplex = await FailsAsync(StatusCode.Unknown, () => DrainAsync(call));
        Require(duplex.Detail == status.Message, $"the message is '{duplex.Detail}'");
    }

    private static async Task SpecialStatusMessageAsync(GrpcChannel channel, InteropCaseOptions options)
    {
        const string text = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";
        var request = new SimpleRequest { ResponseStatus = new EchoStatus { Code = (int)StatusCode.Unknown, Message = text } };
        RpcException e = await FailsAsync(StatusCode.Unknown, () => channel.UnaryAsync(Methods.UnaryCall, request));
        Require(e.Detail == text, $"the message is '{e.Detail}'");
    }

    private static SimpleRequest LargeRequest() => new() { ResponseSize = 314159, Payload = InteropService.Zeros(271828) };

    private static StreamingOutputCallRequest Ask(int responseSize, int requestSize) => new()
    {
        ResponseParameters = { new ResponseParameters { Size = responseSize } },
        Payload = InteropService.Zeros(requestSize),
    };

    private static async Task ReadExactlyAsync(GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call, int[] sizes)
    {
        foreach (int size in sizes)
        {
            RequireSize(size, (await call.ReadAsync())?.Payload);
        }

        Require(await call.ReadAsync() is null, "the stream did not end");
    }

    private static async Task DrainAsync(GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call)
    {
        while (await call.ReadAsync() is not null)
        {
        }
    }
}
