using Guardian.Grpc.Interop;
using Guardian.Grpc.Interop.Testing;

namespace Guardian.Grpc.Tests;

/// <summary>Short forms for calls in tests.</summary>
internal static class Rpc
{
    /// <summary>Longest time for one test.</summary>
    public const int Limit = 30_000;

    public static async Task<RpcException> FailsAsync(StatusCode expected, Func<Task> act)
    {
        RpcException e = await Assert.ThrowsAsync<RpcException>(act);
        Assert.True(e.StatusCode == expected, $"{e.Message}, not {expected} (inner: {e.InnerException})");
        return e;
    }

    public static Task<SimpleResponse> UnaryAsync(this GrpcChannel channel, SimpleRequest? request = null, GrpcCallOptions? options = null, CancellationToken cancellationToken = default) =>
        channel.UnaryAsync(Methods.UnaryCall, request ?? new SimpleRequest(), options, cancellationToken);

    public static Payload Zeros(int size) => InteropService.Zeros(size);

    /// <summary>Writes until the call is over or the count is reached; how many were written.</summary>
    public static async Task<int> WriteManyAsync(GrpcCall<StreamingInputCallRequest, StreamingInputCallResponse> call, int count, int size)
    {
        for (int i = 0; i < count; i++)
        {
            if (!await call.WriteAsync(new StreamingInputCallRequest { Payload = Zeros(size) }))
            {
                return i;
            }
        }

        return count;
    }
}
