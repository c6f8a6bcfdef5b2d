using System.Security.Cryptography;
using System.Text;

namespace Guardian.Storage.Tests;

public sealed class PlaintextProbeTests
{
    [Theory]
    [InlineData("000000206674797069736f6d0000020069736f6d", "an MP4 file")]
    [InlineData("ffd8ffe000104a46494600010100", "a JPEG file")]
    [InlineData("ffd8ffe1abcd4578696600004d4d", "a JPEG file")]
    [InlineData("ffd8ffdb00430001010101010101", "a JPEG file")]
    [InlineData("89504e470d0a1a0a0000000d49484452", "a PNG file")]
    [InlineData("524946461234567841564920", "an AVI file")]
    [InlineData("1a45dfa39f4286810142f7810142f281", "a Matroska file")]
    [InlineData("0000000167640028acd940780227e5c0", "an H.264 stream")]
    [InlineData("0000000140010c01ffff016000000300", "an H.265 stream")]
    [InlineData("475345414c45440a0101000100010000", "another sealed object")]
    public void the_start_of_a_common_file_is_recognised(string hex, string kind)
    {
        byte[] bytes = [.. Convert.FromHexString(hex), .. new byte[16]];
        Assert.Equal($"payload: it starts like {kind}, so it is not ciphertext", new PlaintextProbe().Add(bytes));

        // One byte at a time it is no different.
        var slow = new PlaintextProbe();
        Assert.Single(bytes.Select(b => slow.Add([b])), p => p is not null);
    }

    [Fact]
    public void plaintext_without_a_known_start_shows_by_its_bytes()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i}\n")));
        var probe = new PlaintextProbe();
        Assert.Null(probe.Add(text));
        Assert.Contains("ciphertext has it", probe.Conclude(), StringComparison.Ordinal);
    }

    [Fact]
    public void a_byte_that_is_a_fifth_too_frequent_in_a_mebibyte_is_noticed()
    {
        byte[] bytes = Sample.Bytes(PlaintextProbe.Window);
        for (int i = 0; i < bytes.Length; i += 1280)
        {
            bytes[i] = 0;
        }

        Assert.NotNull(new PlaintextProbe().Add(bytes));
    }

    [Fact]
    public void what_is_sealed_passes_whatever_its_size()
    {
        for (int i = 0; i < 400; i++)
        {
            byte[] bytes = RandomNumberGenerator.GetBytes(1 + (i * 977));
            var probe = new PlaintextProbe();
            Assert.Null(probe.Add(bytes));
            Assert.Null(probe.Conclude());
        }
    }

    [Fact]
    public void too_few_bytes_to_judge_by_pass()
    {
        var probe = new PlaintextProbe();
        Assert.Null(probe.Add(new byte[PlaintextProbe.MinCounted - 1]));
        Assert.Null(probe.Conclude());
    }
}
