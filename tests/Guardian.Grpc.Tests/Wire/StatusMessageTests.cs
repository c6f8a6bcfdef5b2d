using FsCheck;
using FsCheck.Fluent;
using Guardian.Grpc.Wire;

namespace Guardian.Grpc.Tests.Wire;

public sealed class StatusMessageTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain text!", "plain text!")]
    [InlineData("100%", "100%25")]
    [InlineData("a\r\nb", "a%0D%0Ab")]
    [InlineData("é☺😈", "%C3%A9%E2%98%BA%F0%9F%98%88")]
    [InlineData("~\u007f", "~%7F")]
    public void text_is_percent_encoded_utf8(string text, string encoded)
    {
        Assert.Equal(encoded, StatusMessage.Encode(text));
        Assert.Equal(text, StatusMessage.Decode(encoded));
    }

    [Theory]
    [InlineData("a%zz%C3%A9%", "a%zzé%")]
    [InlineData("%4", "%4")]
    [InlineData("%+1%41", "%+1A")]
    [InlineData("%e2%98%ba", "☺")]
    [InlineData("raw é", "raw é")]
    public void a_broken_escape_stays_as_it_is(string encoded, string text) => Assert.Equal(text, StatusMessage.Decode(encoded));

    [Fact]
    public void bytes_that_are_no_utf8_do_not_fail() => Assert.Equal("�a", StatusMessage.Decode("%FFa"));

    [Fact]
    public void a_long_text_is_cut_at_a_whole_character()
    {
        string encoded = StatusMessage.Encode("x" + new string('☺', 5000));
        Assert.InRange(encoded.Length, StatusMessage.MaxEncodedLength - 9, StatusMessage.MaxEncodedLength);
        Assert.Equal("x" + new string('☺', (encoded.Length - 1) / 9), StatusMessage.Decode(encoded));
    }

    [Fact]
    public void a_lone_surrogate_becomes_the_replacement_character() => Assert.Equal("a\ufffdb", StatusMessage.Decode(StatusMessage.Encode("a\ud83db")));

    [Fact]
    public void any_text_comes_back_and_its_encoding_is_a_header_value() =>
        Prop.ForAll(ArbMap.Default.ArbFor<UnicodeText>(), input =>
        {
            string encoded = StatusMessage.Encode(input.Text);
            return encoded.All(c => c is >= ' ' and <= '~') && StatusMessage.Decode(encoded) == input.Text;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void decoding_never_throws() =>
        Prop.ForAll<string>(text => StatusMessage.Decode((text ?? "").Replace('a', '%')) is not null).QuickCheckThrowOnFailure();

    /// <summary>Text of whole characters, the rarer planes among them.</summary>
    public sealed record UnicodeText(int[] Seeds)
    {
        public string Text => string.Concat((Seeds ?? []).Select(s =>
        {
            int value = (int)((uint)s * 2654435761u % 0x110000);
            return char.ConvertFromUtf32(value is >= 0xD800 and <= 0xDFFF ? value - 0x800 : value);
        }));
    }
}
