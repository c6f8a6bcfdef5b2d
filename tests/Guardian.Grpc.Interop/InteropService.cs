using System.Globalization;
using Google.Protobuf;
using Guardian.Grpc.Interop.Testing;

namespace Guardian.Grpc.Interop;

/// <summary>grpc.testing.TestService as the gRPC project's <c>doc/interop-test-descriptions.md</c> wants it.</summary>
public static class InteropService
{
    public const string EchoInitial = "x-grpc-test-echo-initial";
    public const string EchoTrailing = "x-grpc-test-echo-trailing-bin";

    /// <summary>Largest response a peer may ask for: the program is for tests, but it listens on a port.</summary>
    public const int MaxPayload = 4 << 20;

    public static void Bind(ServiceBinder binder)
    {
        binder.Unary<Empty, Empty>("EmptyCall", (_, call) =>
        {
            EchoMetadata(call);
            return ValueTask.FromResult(new Empty());
        });
        binder.Unary<SimpleRequest, SimpleResponse>("UnaryCall", (request, call) =>
        {
            EchoMetadata(call);
            call.CompressResponses = request.ResponseCompressed is { Value: true };
            ExpectCompressed(call, request.ExpectCompressed);
            ThrowIfAsked(request.ResponseStatus);
            return ValueTask.FromResult(new SimpleResponse { Payload = Zeros(request.ResponseSize) });
        });
        binder.Unary<SimpleRequest, SimpleResponse>("CacheableUnaryCall", (_, _) =>
        {
            string now = TimeProvider.System.GetTimestamp().ToString(CultureInfo.InvariantCulture);
            return ValueTask.FromResult(new SimpleResponse { Payload = new Payload { Body = ByteString.CopyFromUtf8(now) } });
        });
        binder.ServerStreaming<StreamingOutputCallRequest, StreamingOutputCallResponse>("StreamingOutputCall", async (request, call) =>
        {
            EchoMetadata(call);
            call.CompressResponses = request.ResponseParameters.Any(p => p.Compressed is { Value: true });
            await call.SendHeadersAsync();
            await RespondAsync(request, call);
            ThrowIfAsked(request.ResponseStatus);
        });
        binder.ClientStreaming<StreamingInputCallRequest, StreamingInputCallResponse>("StreamingInputCall", async call =>
        {
            int size = 0;
            await foreach (StreamingInputCallRequest request in call.ReadAllAsync())
            {
                ExpectCompressed(call, request.ExpectCompressed);
                size += request.Payload?.Body.Length ?? 0;
            }

            return new StreamingInputCallResponse { AggregatedPayloadSize = size };
        });
        binder.Duplex<StreamingOutputCallRequest, StreamingOutputCallResponse>("FullDuplexCall", async call =>
        {
            EchoMetadata(call);
            await foreach (StreamingOutputCallRequest request in call.ReadAllAsync())
            {
                ThrowIfAsked(request.ResponseStatus);
                await RespondAsync(request, call);
            }
        });
        binder.Duplex<StreamingOutputCallRequest, StreamingOutputCallResponse>("HalfDuplexCall", async call =>
        {
            var requests = new List<StreamingOutputCallRequest>();
            await foreach (StreamingOutputCallRequest request in call.ReadAllAsync())
            {
                requests.Add(request);
            }

            foreach (StreamingOutputCallRequest request in requests)
            {
                await RespondAsync(request, call);
            }
        });
        binder.Unimplemented("UnimplementedCall");
    }

    public static Payload Zeros(int size) => size is >= 0 and <= MaxPayload
        ? new Payload { Body = UnsafeByteOperations.UnsafeWrap(new byte[size]) }
        : throw new RpcException(StatusCode.InvalidArgument, $"a payload of {size} bytes was asked for; the limit is {MaxPayload}");

    private static async Task RespondAsync(StreamingOutputCallRequest request, ServerCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call)
    {
        foreach (ResponseParameters wanted in request.ResponseParameters)
        {
            if (wanted.IntervalUs > 0)
            {
                await Task.Delay(TimeSpan.FromMicroseconds(wanted.IntervalUs), call.CancellationToken);
            }

            call.CompressResponses = wanted.Compressed is { Value: true };
            await call.WriteAsync(new StreamingOutputCallResponse { Payload = Zeros(wanted.Size) });
        }
    }

    private static void EchoMetadata(ServerCall call)
    {
        if (call.RequestHeaders.GetText(EchoInitial) is { } initial)
        {
            call.ResponseHeaders.Add(EchoInitial, initial);
        }

        if (call.RequestHeaders.GetBytes(EchoTrailing) is { } trailing)
        {
            call.ResponseTrailers.Add(EchoTrailing, trailing);
        }
    }

    private static void ExpectCompressed(ServerCall call, BoolValue? expected)
    {
        if (expected is not null && expected.Value != call.LastRequestCompressed)
        {
            throw new RpcException(StatusCode.InvalidArgument, "the request is not compressed as it says");
        }
    }

    private static void ThrowIfAsked(EchoStatus? status)
    {
        if (status is { Code: not 0 })
        {
            throw new RpcException((StatusCode)status.Code, status.Message);
        }
    }
}
