using Guardian.Grpc.Wire;

namespace Guardian.Grpc;

/// <summary>The bounds of a <see cref="GrpcChannel"/>. Read when the channel is made; later changes have no effect.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>Largest response message in bytes, before and after decompression. Default 4 MiB, as in the gRPC project; at least 1.</summary>
    public int MaxReceiveMessageSize { get; set; } = Protocol.DefaultMaxReceiveMessageSize;

    /// <summary>Largest request message in bytes, before compression. Default 2 GiB, which is protobuf's own bound; at least 1.</summary>
    public int MaxSendMessageSize { get; set; } = int.MaxValue;

    /// <summary>Longest time for making a connection, TLS included. Default 15 s; 10 ms to 20 days.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Silence of the server after which it is pinged while calls run; <see cref="Timeout.InfiniteTimeSpan"/> for never. Default 5 minutes, which
    /// every gRPC server tolerates: C-core closes connections that ping more often. Set it to seconds when the server is a Kestrel. 1 s to 20 days.
    /// </summary>
    public TimeSpan KeepAlivePingDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Wait for the answer to a ping; then calls end with <see cref="StatusCode.Unavailable"/>. Default 20 s; 1 s to 20 days.</summary>
    public TimeSpan KeepAlivePingTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Changes the handler after the channel has set it up: certificates, a proxy, windows. <c>AllowAutoRedirect</c>, <c>UseCookies</c> and
    /// <c>AutomaticDecompression</c> are off and must stay so.
    /// </summary>
    public Action<SocketsHttpHandler>? ConfigureHandler { get; set; }

    /// <summary>Runs the deadlines of calls. Default the system's clock.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Every error of these options, each naming its property; empty when they are sound.</summary>
    /// <returns>The errors.</returns>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        void Check(bool holds, string name, string rule)
        {
            if (!holds)
            {
                errors.Add($"{name} {rule}");
            }
        }

        Check(MaxReceiveMessageSize >= 1, nameof(MaxReceiveMessageSize), "must be at least 1");
        Check(MaxSendMessageSize >= 1, nameof(MaxSendMessageSize), "must be at least 1");
        Check(ConnectTimeout >= TimeSpan.FromMilliseconds(10) && ConnectTimeout <= TimeSpan.FromDays(20), nameof(ConnectTimeout), "must be from 10 ms to 20 days");
        Check(KeepAlivePingDelay == Timeout.InfiniteTimeSpan || IsPing(KeepAlivePingDelay), nameof(KeepAlivePingDelay), "must be from 1 s to 20 days, or infinite");
        Check(IsPing(KeepAlivePingTimeout), nameof(KeepAlivePingTimeout), "must be from 1 s to 20 days");
        Check(TimeProvider is not null, nameof(TimeProvider), "must not be null");
        return errors;
    }

    internal GrpcChannelOptions Copy() => (GrpcChannelOptions)MemberwiseClone();

    private static bool IsPing(TimeSpan time) => time >= TimeSpan.FromSeconds(1) && time <= TimeSpan.FromDays(20);
}
