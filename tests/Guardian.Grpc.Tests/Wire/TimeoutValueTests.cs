using FsCheck;
using FsCheck.Fluent;
using Guardian.Grpc.Wire;

namespace Guardian.Grpc.Tests.Wire;

public sealed class TimeoutValueTests
{
    [Theory]
    [InlineData("1n", 1)]
    [InlineData("100n", 1)]
    [InlineData("5u", 50)]
    [InlineData("250m", 250 * TimeSpan.TicksPerMillisecond)]
    [InlineData("10S", 10 * TimeSpan.TicksPerSecond)]
    [InlineData("2M", 2 * TimeSpan.TicksPerMinute)]
    public void units_are_read(string text, long ticks) => Assert.Equal(TimeSpan.FromTicks(ticks), TimeoutValue.Decode(text));

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("5")]
    [InlineData("5x")]
    [InlineData("-5S")]
    [InlineData("+5S")]
    [InlineData(" 5S")]
    [InlineData("5 S")]
    [InlineData("1.5S")]
    [InlineData("123456789S")]
    public void malformed_text_is_refused(string text) => Assert.Null(TimeoutValue.Decode(text));

    [Fact]
    public void a_peer_never_gets_less_than_was_asked_and_less_than_a_unit_more() =>
        Prop.ForAll(Gen.Choose(0, 62).SelectMany(bits => Gen.Choose(0, int.MaxValue).Select(low => (1L << bits) + low)).ToArbitrary(), raw =>
        {
            TimeSpan asked = TimeSpan.FromTicks(Math.Min(raw, TimeSpan.FromDays(10_000).Ticks));
            string text = TimeoutValue.Encode(asked);
            TimeSpan decoded = TimeoutValue.Decode(text)!.Value;
            TimeSpan unit = text[^1] switch
            {
                'u' => TimeSpan.FromMicroseconds(1),
                'm' => TimeSpan.FromMilliseconds(1),
                'S' => TimeSpan.FromSeconds(1),
                _ => TimeSpan.FromHours(1),
            };
            return text.Length <= 9 && decoded >= asked && decoded - asked < unit;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void nothing_left_is_sent_as_the_least_there_is() => Assert.Equal("1u", TimeoutValue.Encode(TimeSpan.FromSeconds(-3)));
}
