using System.Buffers;

namespace Guardian.Grpc.Tests;

/// <summary>Cuts memory into a sequence of small segments, the same ones for the same seed.</summary>
internal static class Segments
{
    public static ReadOnlySequence<byte> Split(ReadOnlyMemory<byte> memory, int seed)
    {
        var random = new Random(seed);
        var first = new Segment(ReadOnlyMemory<byte>.Empty, null);
        Segment last = first;
        while (!memory.IsEmpty)
        {
            int length = Math.Min(memory.Length, random.Next(1, 12));
            last = new Segment(memory[..length], last);
            memory = memory[length..];
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}
