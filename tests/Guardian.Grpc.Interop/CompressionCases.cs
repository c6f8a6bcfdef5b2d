using Guardian.Grpc.Interop.Testing;
using static Guardian.Grpc.Interop.InteropCases;

namespace Guardian.Grpc.Interop;

/// <summary>The interop cases of compression, which need to see the flag of each message.</summary>
internal static class CompressionCases
{
    private static readonly GrpcCallOptions Compressed = new() { Compress = true };

    public static async Task ClientCompressedUnaryAsync(GrpcChannel channel, InteropCaseOptions options)
    {
        SimpleRequest claiming = Request(claim: true);
        if (options.Probe)
        {
            await FailsAsync(StatusCode.InvalidArgument, () => channel.UnaryAsync(Methods.UnaryCall, claiming));
        }

        RequireSize(314159, (await channel.UnaryAsync(Methods.UnaryCall, claiming, Compressed)).Payload);
        RequireSize(314159, (await channel.UnaryAsync(Methods.UnaryCall, Request(claim: false))).Payload);
    }

    public static async Task ServerCompressedUnaryAsync(GrpcChannel channel, InteropCaseOptions options)
    {
        foreach (bool wanted in new[] { true, false })
        {
            var request = new SimpleRequest { ResponseSize = 314159, Payload = InteropService.Zeros(271828), ResponseCompressed = new BoolValue { Value = wanted } };
            using GrpcCall<SimpleRequest, SimpleResponse> call = channel.StartCall(Methods.UnaryCall, request);
            SimpleResponse? response = await call.ReadAsync();
            RequireSize(314159, response?.Payload);
            RequireCompressed(wanted, call.LastResponseCompressed);
            Require(await call.ReadAsync() is null, "the stream did not end");
        }
    }

    public static async Task ClientCompressedStreamingAsync(GrpcChannel channel, InteropCaseOptions options)
    {
        var first = new StreamingInputCallRequest { ExpectCompressed = new BoolValue { Value = true }, Payload = InteropService.Zeros(27182) };
        if (options.Probe)
        {
            using GrpcCall<StreamingInputCallRequest, StreamingInputCallResponse> probe = channel.StartCall(Methods.StreamingInput);
            await probe.WriteAsync(first);
            await probe.CompleteAsync();
            await FailsAsync(StatusCode.InvalidArgument, async () => await probe.ResponseAsync());
        }

        using GrpcCall<StreamingInputCallRequest, StreamingInputCallResponse> call = channel.StartCall(Methods.StreamingInput, Compressed);
        await call.WriteAsync(first);
        call.CompressRequests = false;
        await call.WriteAsync(new StreamingInputCallRequest { ExpectCompressed = new BoolValue { Value = false }, Payload = InteropService.Zeros(45904) });
        await call.CompleteAsync();
        StreamingInputCallResponse response = await call.ResponseAsync();
        Require(response.AggregatedPayloadSize == 73086, $"the sum is {response.AggregatedPayloadSize}");
    }

    public static async Task ServerCompressedStreamingAsync(GrpcChannel channel, InteropCaseOptions options)
    {
        (int Size, bool Compressed)[] wanted = [(31415, true), (92653, false)];
        var request = new StreamingOutputCallRequest
        {
            ResponseParameters = { wanted.Select(w => new ResponseParameters { Size = w.Size, Compressed = new BoolValue { Value = w.Compressed } }) },
        };
        using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call = channel.StartCall(Methods.StreamingOutput, request);
        foreach ((int size, bool compressed) in wanted)
        {
            RequireSize(size, (await call.ReadAsync())?.Payload);
            RequireCompressed(compressed, call.LastResponseCompressed);
        }

        Require(await call.ReadAsync() is null, "the stream did not end");
    }

    private static SimpleRequest Request(bool claim) => new()
    {
        ResponseSize = 314159,
        Payload = InteropService.Zeros(271828),
        ExpectCompressed = new BoolValue { Value = claim },
    };

    private static void RequireCompressed(bool wanted, bool actual) => Require(wanted == actual, $"the response is {(actual ? "" : "not ")}compressed");
}
