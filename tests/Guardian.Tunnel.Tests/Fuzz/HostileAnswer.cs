using Google.Protobuf;
using Guardian.Grpc;

namespace Guardian.Tunnel.Tests.Fuzz;

/// <summary>What a gateway answered to a hostile call.</summary>
/// <param name="Status">The call's status; null when the call goes on and was given up by the peer.</param>
/// <param name="Detail">The status' words.</param>
/// <param name="Body">The messages of the answer with their frames.</param>
internal sealed record HostileAnswer(StatusCode? Status, string Detail, byte[] Body)
{
    private const int FrameHeader = 5;

    /// <summary>The one message of a unary answer.</summary>
    public T Message<T>(MessageParser<T> parser) where T : IMessage<T> => parser.ParseFrom(Body, FrameHeader, Body.Length - FrameHeader);
}
