using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Guardian.Grpc.Interop.Testing;
using Guardian.Grpc.Wire;

namespace Guardian.Grpc.Tests.Wire;

public sealed class FrameTests
{
    [Theory(Timeout = Rpc.Limit)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task messages_are_read_whole_wherever_the_stream_is_split(bool gzip)
    {
        byte[] stream = [.. Write(Request(40), gzip), .. Write(new SimpleRequest(), false), .. Write(Request(3), gzip)];
        for (int split = 0; split <= stream.Length; split++)
        {
            var pipe = new Pipe();
            var reader = new FrameReader(pipe.Reader, 100, gzip: true);
            ValueTask<FrameRead<SimpleRequest>> first = reader.ReadAsync(SimpleRequest.Parser.ParseFrom, CancellationToken.None);
            await pipe.Writer.WriteAsync(stream.AsMemory(0, split));
            await pipe.Writer.WriteAsync(stream.AsMemory(split));
            await pipe.Writer.CompleteAsync();

            Assert.Equal(Request(40), (await first).Value);
            Assert.Equal(gzip, reader.LastCompressed);
            Assert.Equal(new SimpleRequest(), (await reader.ReadAsync(SimpleRequest.Parser.ParseFrom, CancellationToken.None)).Value);
            Assert.False(reader.LastCompressed);
            Assert.Equal(Request(3), (await reader.ReadAsync(SimpleRequest.Parser.ParseFrom, CancellationToken.None)).Value);
            Assert.False((await reader.ReadAsync(SimpleRequest.Parser.ParseFrom, CancellationToken.None)).HasValue);
        }
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_stream_that_ends_inside_a_message_is_an_error_at_every_point()
    {
        byte[] stream = Write(Request(10), gzip: false);
        for (int length = 1; length < stream.Length; length++)
        {
            FrameReader reader = Over(stream[..length]);
            RpcException e = await Assert.ThrowsAsync<RpcException>(async () => await ReadAsync(reader));
            Assert.Equal(StatusCode.Internal, e.StatusCode);
            Assert.True(reader.Truncated);
        }
    }

    [Theory(Timeout = Rpc.Limit)]
    [InlineData(new byte[] { 2, 0, 0, 0, 0 }, StatusCode.Internal, "unknown flag 2")]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, StatusCode.Internal, "no grpc-encoding")]
    [InlineData(new byte[] { 0, 255, 255, 255, 255 }, StatusCode.ResourceExhausted, "4294967295 bytes exceeds the receive limit of 100")]
    [InlineData(new byte[] { 0, 0, 0, 0, 101 }, StatusCode.ResourceExhausted, "101 bytes exceeds")]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 255, 255 }, StatusCode.Internal, "does not parse")]
    public async Task a_bad_frame_is_refused_with_the_reason(byte[] stream, StatusCode status, string detail)
    {
        RpcException e = await Assert.ThrowsAsync<RpcException>(async () => await ReadAsync(Over(stream)));
        Assert.Equal(status, e.StatusCode);
        Assert.Contains(detail, e.Detail, StringComparison.Ordinal);
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_message_that_inflates_past_the_limit_is_refused_before_it_is_whole()
    {
        var packed = new MemoryStream();
        await using (var deflater = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            await deflater.WriteAsync(new byte[32 << 20]);
        }

        var reader = new FrameReader(PipeReader.Create(new ReadOnlySequence<byte>(RawPeer.Frame(packed.ToArray(), flag: 1))), 64 << 10, gzip: true);
        long before = GC.GetAllocatedBytesForCurrentThread();
        RpcException e = await Assert.ThrowsAsync<RpcException>(async () => await ReadAsync(reader));
        Assert.Equal(StatusCode.ResourceExhausted, e.StatusCode);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task bytes_can_be_taken_in_place()
    {
        FrameReader reader = Over(Write(Request(50), gzip: false));
        FrameRead<long> read = await reader.ReadAsync(bytes => bytes.Length, CancellationToken.None);
        Assert.Equal(Request(50).CalculateSize(), read.Value);
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_reader_goes_on_after_what_takes_the_bytes_has_failed()
    {
        FrameReader reader = Over([.. Write(Request(5), gzip: false), .. Write(Request(6), gzip: false)]);
        await Assert.ThrowsAsync<FormatException>(async () => await reader.ReadAsync<int>(_ => throw new FormatException(), CancellationToken.None));
        Assert.Equal(Request(6), await ReadAsync(reader));
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_cancelled_wait_leaves_the_stream_usable()
    {
        var pipe = new Pipe();
        var reader = new FrameReader(pipe.Reader, 100, gzip: false);
        using var cancel = new CancellationTokenSource();
        ValueTask<FrameRead<SimpleRequest>> waiting = reader.ReadAsync(SimpleRequest.Parser.ParseFrom, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
        await pipe.Writer.WriteAsync(Write(Request(7), gzip: false));
        Assert.Equal(Request(7), await ReadAsync(reader));
    }

    [Fact]
    public void a_message_over_the_send_limit_writes_nothing()
    {
        var output = new ArrayBufferWriter<byte>();
        RpcException e = Assert.Throws<RpcException>(() => FrameWriter.Write(output, Request(100), gzip: false, 50));
        Assert.Equal(StatusCode.ResourceExhausted, e.StatusCode);
        Assert.Equal(0, output.WrittenCount);
    }

    [Fact]
    public void any_messages_come_back_from_any_segmentation() =>
        Prop.ForAll<byte[][], bool, ushort>((bodies, gzip, seed) =>
        {
            SimpleRequest[] messages = [.. bodies.Select(b => new SimpleRequest { Payload = new Payload { Body = ByteString.CopyFrom(b ?? []) } })];
            var output = new ArrayBufferWriter<byte>();
            foreach (SimpleRequest message in messages)
            {
                FrameWriter.Write(output, message, gzip, int.MaxValue);
            }

            var reader = new FrameReader(PipeReader.Create(Segments.Split(output.WrittenMemory, seed)), 1 << 20, gzip);
            List<SimpleRequest> read = [];
            while (true)
            {
                // Everything is in memory, so that the read never waits.
                ValueTask<FrameRead<SimpleRequest>> next = reader.ReadAsync(SimpleRequest.Parser.ParseFrom, CancellationToken.None);
                FrameRead<SimpleRequest> frame = next.GetAwaiter().GetResult();
                if (!frame.HasValue)
                {
                    return read.SequenceEqual(messages);
                }

                read.Add(frame.Value!);
            }
        }).QuickCheckThrowOnFailure();

    private static SimpleRequest Request(int size) => new() { Payload = Rpc.Zeros(size) };

    private static byte[] Write(IMessage message, bool gzip)
    {
        var output = new ArrayBufferWriter<byte>();
        FrameWriter.Write(output, message, gzip, int.MaxValue);
        return output.WrittenSpan.ToArray();
    }

    private static FrameReader Over(byte[] stream) => new(PipeReader.Create(new ReadOnlySequence<byte>(stream)), 100, gzip: false);

    private static async Task<SimpleRequest?> ReadAsync(FrameReader reader) => (await reader.ReadAsync(SimpleRequest.Parser.ParseFrom, CancellationToken.None)).Value;
}
