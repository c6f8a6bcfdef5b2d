using Guardian.Grpc.Wire;

namespace Guardian.Grpc;

/// <summary>The bounds of a <see cref="GrpcServer"/>. Read when the server is made; later changes have no effect.</summary>
public sealed class GrpcServerOptions
{
    /// <summary>The configuration section that hosts bind these options to.</summary>
    public const string Section = "Guardian:Grpc";

    /// <summary>
    /// Largest request message in bytes, before and after decompression; a larger one ends its call with
    /// <see cref="StatusCode.ResourceExhausted"/> before it is buffered. Default 4 MiB, as in the gRPC project; at least 1.
    /// <see cref="ServiceBinder.MaxReceiveMessageSize"/> overrides it for one service.
    /// </summary>
    public int MaxReceiveMessageSize { get; set; } = Protocol.DefaultMaxReceiveMessageSize;

    /// <summary>Largest response message in bytes, before compression. Default 2 GiB, which is protobuf's own bound; at least 1.</summary>
    public int MaxSendMessageSize { get; set; } = int.MaxValue;

    /// <summary>
    /// Longest time a call that waits for a request message may go without a single byte of one; then it ends with
    /// <see cref="StatusCode.DeadlineExceeded"/>. It bounds silence, not slowness: an upload that trickles keeps its call. Default 2 minutes;
    /// 10 ms to 20 days, or <see cref="Timeout.InfiniteTimeSpan"/> for streams that are silent by nature.
    /// <see cref="ServerCall.ReadIdleTimeout"/> overrides it for one call.
    /// </summary>
    public TimeSpan ReadIdleTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Every error of these options, each naming its configuration key; empty when they are sound.</summary>
    /// <returns>The errors.</returns>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (MaxReceiveMessageSize < 1)
        {
            errors.Add($"{Section}:{nameof(MaxReceiveMessageSize)} must be at least 1");
        }

        if (MaxSendMessageSize < 1)
        {
            errors.Add($"{Section}:{nameof(MaxSendMessageSize)} must be at least 1");
        }

        if (!IsIdleTimeout(ReadIdleTimeout))
        {
            errors.Add($"{Section}:{nameof(ReadIdleTimeout)} must be from 10 ms to 20 days, or infinite");
        }

        return errors;
    }

    internal static bool IsIdleTimeout(TimeSpan timeout) =>
        timeout == Timeout.InfiniteTimeSpan || (timeout >= TimeSpan.FromMilliseconds(10) && timeout <= TimeSpan.FromDays(20));

    internal GrpcServerOptions Copy() => (GrpcServerOptions)MemberwiseClone();
}
