using FsCheck;
using FsCheck.Fluent;

namespace Guardian.Grpc.Tests.Wire;

public sealed class MetadataTests
{
    [Fact]
    public void names_are_kept_in_lower_case_and_found_in_any()
    {
        var metadata = new Metadata { { "X-Token", "abc" }, { "X-Raw-Bin", [1, 2] } };
        Assert.Equal(["x-token", "x-raw-bin"], metadata.Select(e => e.Name));
        Assert.Equal("abc", metadata.GetText("x-TOKEN"));
        Assert.Equal([1, 2], metadata.GetBytes("X-raw-bin"));
    }

    [Fact]
    public void a_name_may_occur_more_than_once_and_order_is_kept()
    {
        var metadata = new Metadata { { "a", "1" }, { "b", "2" }, { "a", "3" } };
        Assert.Equal(["1", "3"], metadata.GetAll("a").Select(e => e.Text));
        Assert.Equal("1", metadata.GetText("a"));
    }

    [Theory]
    [InlineData("grpc-status")]
    [InlineData("grpc-anything")]
    [InlineData("te")]
    [InlineData("content-type")]
    [InlineData("user-agent")]
    [InlineData("host")]
    [InlineData(":path")]
    [InlineData("white space")]
    [InlineData("ünicode")]
    [InlineData("text-bin")]
    public void a_name_that_is_not_the_applications_is_refused(string name)
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => new Metadata { { name, "x" } });
        Assert.Contains($"'{name}'", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("é")]
    [InlineData("\u007f")]
    public void text_must_be_printable_ascii(string value) => Assert.Throws<ArgumentException>(() => new Metadata { { "x", value } });

    [Fact]
    public void bytes_need_a_name_that_says_so() => Assert.Throws<ArgumentException>(() => new Metadata { { "x", [1] } });

    [Fact]
    public void more_than_the_limit_is_refused_with_its_number()
    {
        var metadata = new Metadata { { "x", new string('a', Metadata.MaxEncodedBytes - 1) } };
        ArgumentException e = Assert.Throws<ArgumentException>(() => metadata.Add("y", "1"));
        Assert.Contains("16384", e.Message, StringComparison.Ordinal);
        Assert.Single(metadata);
    }

    [Fact]
    public void the_wrong_kind_of_value_is_an_error_and_a_missing_one_is_null()
    {
        var metadata = new Metadata { { "t", "1" }, { "b-bin", [1] } };
        Assert.Null(metadata.GetBytes("t"));
        Assert.Null(metadata.GetText("b-bin"));
        Assert.Null(metadata.GetText("absent"));
        Assert.Throws<InvalidOperationException>(() => metadata[0].Bytes);
        Assert.Throws<InvalidOperationException>(() => metadata[1].Text);
    }

    [Fact]
    public void an_entry_prints_without_its_value() => Assert.Equal("authorization", new Metadata { { "authorization", "secret" } }[0].ToString());

    [Theory]
    [InlineData("AQ==")]
    [InlineData("AQ")]
    [InlineData("AQ==,AgM")]
    [InlineData("AQ, AgM=")]
    public void received_bytes_may_be_padded_or_joined(string value)
    {
        var metadata = new Metadata();
        metadata.Receive("A-Bin", value);
        Assert.Equal([1], metadata.GetBytes("a-bin"));
        if (value.Contains(',', StringComparison.Ordinal))
        {
            Assert.Equal([2, 3], metadata[1].Bytes.ToArray());
        }
    }

    [Theory]
    [InlineData("*")]
    [InlineData("A")]
    public void received_bytes_that_are_no_base64_end_the_call(string value) =>
        Assert.Equal(StatusCode.Internal, Assert.Throws<RpcException>(() => new Metadata().Receive("a-bin", value)).StatusCode);

    [Fact]
    public void bytes_come_back_from_their_header_value() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            var sent = new Metadata { { "x-bin", bytes } };
            var received = new Metadata();
            received.Receive("x-bin", sent[0].Encoded);
            return received.GetBytes("x-bin")!.SequenceEqual(bytes);
        }).QuickCheckThrowOnFailure();
}
