using Guardian.Grpc.Interop.Testing;

namespace Guardian.Grpc.Tests.Server;

/// <summary>What the server answers to peers that are no gRPC client, or a bad one.</summary>
public sealed class RawPeerTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private RawPeer _peer = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync(
            b => b.Unary<SimpleRequest, SimpleResponse>("UnaryCall", (request, call) =>
            {
                string bytes = string.Join('|', call.RequestHeaders.GetAll("a-bin").Select(e => Convert.ToHexString(e.Bytes.Span)));
                return ValueTask.FromResult(new SimpleResponse { Username = bytes });
            }),
            new GrpcServerOptions { MaxReceiveMessageSize = 100_000 });
        _peer = new RawPeer(_server.Address);
    }

    public async Task DisposeAsync()
    {
        _peer.Dispose();
        await _server.DisposeAsync();
    }

    [Theory(Timeout = Rpc.Limit)]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpcx")]
    public async Task another_content_type_is_refused_as_http(string? contentType) => Assert.Equal(415, (await _peer.PostAsync([], contentType)).Http);

    [Theory(Timeout = Rpc.Limit)]
    [InlineData("application/grpc")]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc; charset=utf-8")]
    [InlineData("Application/GRPC")]
    public async Task every_form_of_the_content_type_is_accepted(string contentType) =>
        Assert.Equal("0", (await _peer.PostAsync(RawPeer.ValidRequest, contentType)).Status);

    [Fact(Timeout = Rpc.Limit)]
    public async Task another_http_method_is_refused_as_http()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _server.Address);
        Assert.Equal(405, (await _peer.SendAsync(request, contentType: null)).Http);
    }

    [Theory(Timeout = Rpc.Limit)]
    [InlineData("/a/b")]
    [InlineData("/grpc.testing.TestService/EmptyCall")]
    [InlineData("/grpc.testing.TestService/unarycall")]
    [InlineData("/grpc.testing.TestService/UnaryCall/")]
    [InlineData("/")]
    public async Task a_method_that_is_not_served_is_unimplemented_in_one_frame(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server.Address, path)) { Content = new ByteArrayContent([]) };
        RawAnswer answer = await _peer.SendAsync(request);
        Assert.Equal((200, "12", true), (answer.Http, answer.Status, answer.TrailersOnly));
    }

    [Theory(Timeout = Rpc.Limit)]
    [InlineData(3)]
    [InlineData(6)]
    public async Task a_request_cut_short_is_internal(int length) => Assert.Equal("13", (await _peer.PostAsync(RawPeer.ValidRequest[..length])).Status);

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_compressed_message_in_a_plain_call_is_internal() =>
        Assert.Equal("13", (await _peer.PostAsync(RawPeer.Frame(new SimpleRequest(), flag: 1))).Status);

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_message_that_is_not_the_gzip_it_claims_is_internal() =>
        Assert.Equal("13", (await _peer.PostAsync(RawPeer.Frame(new SimpleRequest { ResponseSize = 9 }, flag: 1), headers: ("grpc-encoding", "gzip"))).Status);

    [Fact(Timeout = Rpc.Limit)]
    public async Task an_unknown_frame_flag_is_internal() => Assert.Equal("13", (await _peer.PostAsync(RawPeer.Frame(new SimpleRequest(), flag: 2))).Status);

    [Fact(Timeout = Rpc.Limit)]
    public async Task an_unknown_encoding_is_unimplemented_and_the_known_ones_are_listed()
    {
        RawAnswer answer = await _peer.PostAsync(RawPeer.ValidRequest, headers: ("grpc-encoding", "snappy"));
        Assert.Equal(("12", "identity,gzip"), (answer.Status, answer.AcceptEncoding));
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_message_over_the_limit_is_refused_by_its_announcement()
    {
        var answered = new TaskCompletionSource();
        Task<RawAnswer> answer = _peer.PostAsync(async stream =>
        {
            await stream.WriteAsync(new byte[] { 0, 255, 255, 255, 255 });
            await stream.FlushAsync();
            await answered.Task;
        });
        Assert.Equal("8", (await answer).Status);
        answered.SetResult();
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task bytes_that_are_no_message_are_internal() => Assert.Equal("13", (await _peer.PostAsync([0, 0, 0, 0, 2, 255, 255])).Status);

    [Fact(Timeout = Rpc.Limit)]
    public async Task no_message_to_a_unary_method_is_unimplemented() => Assert.Equal("12", (await _peer.PostAsync([])).Status);

    [Fact(Timeout = Rpc.Limit)]
    public async Task two_messages_to_a_unary_method_are_unimplemented() =>
        Assert.Equal("12", (await _peer.PostAsync([.. RawPeer.ValidRequest, .. RawPeer.ValidRequest])).Status);

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_message_may_come_byte_by_byte()
    {
        RawAnswer answer = await _peer.PostAsync(async stream =>
        {
            foreach (byte b in RawPeer.ValidRequest)
            {
                await stream.WriteAsync(new[] { b });
                await stream.FlushAsync();
            }
        });
        Assert.Equal("0", answer.Status);
    }

    [Theory(Timeout = Rpc.Limit)]
    [InlineData("5x")]
    [InlineData("123456789S")]
    [InlineData("-1S")]
    public async Task a_malformed_timeout_is_internal(string timeout) =>
        Assert.Equal("13", (await _peer.PostAsync(RawPeer.ValidRequest, headers: ("grpc-timeout", timeout))).Status);

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_deadline_that_passes_while_waiting_for_a_message_ends_the_call()
    {
        var answered = new TaskCompletionSource();
        Task<RawAnswer> answer = _peer.PostAsync(
            async stream =>
            {
                await stream.FlushAsync();
                await answered.Task;
            },
            headers: ("grpc-timeout", "100m"));
        Assert.Equal("4", (await answer).Status);
        answered.SetResult();
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task binary_metadata_may_be_padded_and_joined()
    {
        RawAnswer answer = await _peer.PostAsync(RawPeer.ValidRequest, headers: ("a-bin", "AQ==,AgM"));
        Assert.Equal("01|0203", SimpleResponse.Parser.ParseFrom(answer.Body, 5, answer.Body.Length - 5).Username);
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task binary_metadata_that_is_no_base64_is_internal() =>
        Assert.Equal("13", (await _peer.PostAsync(RawPeer.ValidRequest, headers: ("a-bin", "*"))).Status);
}
