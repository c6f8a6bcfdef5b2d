using Google.Protobuf;
using Guardian.Grpc;

namespace Guardian.Tunnel.Tests.Fuzz;

/// <summary>A method of the edge contract, the valid messages that hostile ones are made of, and every way in which it may end.</summary>
internal sealed class FuzzTarget
{
    private readonly byte[][] _script;
    private readonly MessageMutator _mutator;

    /// <param name="path">Service and method.</param>
    /// <param name="parser">Parses the method's request.</param>
    /// <param name="script">Valid requests; of a streaming method, a valid call.</param>
    public FuzzTarget(string path, MessageParser parser, params IMessage[] script)
    {
        (Path, Parser) = (path, parser);
        _script = [.. script.Select(m => m.ToByteArray())];
        _mutator = new MessageMutator(_script);
    }

    public string Path { get; }

    /// <summary>Every status that a call of messages that parse may have, and that some call of a long run has.</summary>
    public required IReadOnlyList<StatusCode> Statuses { get; init; }

    /// <summary>Statuses that a call may have besides, though mutations hardly ever come to them.</summary>
    public IReadOnlyList<StatusCode> Rare { get; init; } = [];

    /// <summary>The largest message that the service takes, in bytes.</summary>
    public int MaxMessage { get; init; } = 4 << 20;

    public bool IsStreaming { get; init; }

    /// <summary>Valid messages that a valid call need not have, to be put anywhere in it.</summary>
    public IReadOnlyList<IMessage> Spares { get; init; } = [];

    /// <summary>Whether a call that is let in never ends by itself.</summary>
    public bool IsEndless { get; init; }

    private MessageParser Parser { get; }

    /// <summary>The messages of one call.</summary>
    public byte[][] Messages(Random random)
    {
        if (!IsStreaming)
        {
            return [_mutator.Next(random)];
        }

        List<byte[]> call = [.. _script];
        for (int i = random.Next(3); i > 0; i--)
        {
            Reorder(call, random);
        }

        int hostile = random.Next(call.Count);
        return [.. call.Select((m, i) => i == hostile || random.Next(8) == 0 ? _mutator.Mutate(m, random) : [.. m])];
    }

    /// <summary>Whether an answer is one that the call may have.</summary>
    public bool Allows(IReadOnlyList<byte[]> messages, HostileAnswer answer)
    {
        if (answer.Status is not { } status)
        {
            return IsEndless && messages.All(Parses);
        }

        return status switch
        {
            StatusCode.Internal => IsOfTheParser(messages, answer),
            StatusCode.ResourceExhausted when messages.Any(m => m.Length > MaxMessage) => true,

            // Of a stream, a message before the one that does not parse may have ended the call.
            _ => (Statuses.Contains(status) || Rare.Contains(status)) && (IsStreaming || messages.All(Parses)),
        };
    }

    /// <summary>Whether a call was refused because a message of it does not parse, which gRPC has INTERNAL for.</summary>
    public bool IsOfTheParser(IReadOnlyList<byte[]> messages, HostileAnswer answer) => answer.Detail == "a message does not parse" && !messages.All(Parses);

    private bool Parses(byte[] message)
    {
        try
        {
            Parser.ParseFrom(message);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    private void Reorder(List<byte[]> call, Random random)
    {
        (int one, int other) = (random.Next(call.Count), random.Next(call.Count));
        switch (random.Next(4))
        {
            case 0 when Spares.Count > 0:
                call.Insert(one, Spares[random.Next(Spares.Count)].ToByteArray());
                break;
            case 1:
                (call[one], call[other]) = (call[other], call[one]);
                break;
            case 2:
                call.Insert(one, call[other]);
                break;
            default:
                if (call.Count > 1)
                {
                    call.RemoveAt(one);
                }

                break;
        }
    }
}
