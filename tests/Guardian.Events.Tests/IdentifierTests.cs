namespace Guardian.Events.Tests;

public sealed class IdentifierTests
{
    [Theory]
    [InlineData("3f2504e0-4f89-11d3-9a0c-0305e82c3301", true)]
    [InlineData("3F2504E0-4F89-11D3-9A0C-0305E82C3301", true)]
    [InlineData("{3f2504e0-4f89-11d3-9a0c-0305e82c3301}", false)]
    [InlineData("3f2504e04f8911d39a0c0305e82c3301", false)]
    [InlineData("00000000-0000-0000-0000-000000000000", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void an_event_id_is_a_hyphenated_uuid(string? text, bool valid) => Assert.Equal(valid, EventId.TryParse(text, out _));

    [Theory]
    [InlineData("rtsp-192.168.1.100", true)]
    [InlineData("a:b_c.d-E", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a/b", false)]
    [InlineData("ä", false)]
    [InlineData(null, false)]
    public void a_camera_id_has_safe_characters_only(string? text, bool valid) => Assert.Equal(valid, CameraId.TryParse(text, out _));

    [Fact]
    public void a_camera_id_has_at_most_128_characters()
    {
        Assert.True(CameraId.TryParse(new string('a', 128), out _));
        Assert.False(CameraId.TryParse(new string('a', 129), out _));
        Assert.Throws<ArgumentException>(() => new CameraId(new string('a', 129)));
    }
}
