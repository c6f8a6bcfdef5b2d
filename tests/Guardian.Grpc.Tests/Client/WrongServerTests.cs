using System.Net;
using System.Net.Sockets;
using Guardian.Grpc.Interop;
using Guardian.Grpc.Interop.Testing;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Guardian.Grpc.Tests.Client;

/// <summary>What the client makes of servers that are no gRPC server, or a bad one.</summary>
public sealed class WrongServerTests
{
    private static readonly byte[] HalfMessage = RawPeer.Frame(new SimpleResponse { Username = "abc" })[..7];

    [Theory(Timeout = Rpc.Limit)]
    [InlineData(400, StatusCode.Internal)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(429, StatusCode.Unavailable)]
    [InlineData(502, StatusCode.Unavailable)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(504, StatusCode.Unavailable)]
    [InlineData(500, StatusCode.Unknown)]
    [InlineData(415, StatusCode.Unknown)]
    [InlineData(302, StatusCode.Unknown)]
    public Task an_http_status_is_mapped(int http, StatusCode expected) => AgainstAsync(expected, context =>
    {
        context.Response.StatusCode = http;
        context.Response.Headers.Location = "/elsewhere";
        return Task.CompletedTask;
    });

    [Fact(Timeout = Rpc.Limit)]
    public Task a_web_page_is_unknown() => AgainstAsync(StatusCode.Unknown, context =>
    {
        context.Response.ContentType = "text/html";
        return context.Response.WriteAsync("<html>");
    });

    [Fact(Timeout = Rpc.Limit)]
    public Task a_response_without_trailers_is_unknown() =>
        AgainstAsync(StatusCode.Unknown, context => Grpc(context).Body.WriteAsync(RawPeer.Frame(new SimpleResponse())).AsTask());

    [Fact(Timeout = Rpc.Limit)]
    public Task success_without_a_message_is_unimplemented() => AgainstAsync(StatusCode.Unimplemented, async context =>
    {
        await Grpc(context).StartAsync();
        context.Response.AppendTrailer("grpc-status", "0");
    });

    [Fact(Timeout = Rpc.Limit)]
    public Task success_in_one_frame_without_a_message_is_unimplemented() => AgainstAsync(StatusCode.Unimplemented, Status("0"));

    [Fact(Timeout = Rpc.Limit)]
    public Task two_messages_to_a_unary_call_are_unimplemented() => AgainstAsync(StatusCode.Unimplemented, async context =>
    {
        await Grpc(context).Body.WriteAsync((byte[])[.. RawPeer.Frame(new SimpleResponse()), .. RawPeer.Frame(new SimpleResponse())]);
        context.Response.AppendTrailer("grpc-status", "0");
    });

    [Fact(Timeout = Rpc.Limit)]
    public Task the_trailers_status_wins_over_half_a_message() => AgainstAsync(StatusCode.DeadlineExceeded, async context =>
    {
        await Grpc(context).Body.WriteAsync(HalfMessage);
        context.Response.AppendTrailer("grpc-status", "4");
    });

    [Fact(Timeout = Rpc.Limit)]
    public Task half_a_message_with_success_is_internal() => AgainstAsync(StatusCode.Internal, async context =>
    {
        await Grpc(context).Body.WriteAsync(HalfMessage);
        context.Response.AppendTrailer("grpc-status", "0");
    });

    [Theory(Timeout = Rpc.Limit)]
    [InlineData("99")]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("")]
    public Task an_unknown_status_number_is_unknown(string status) => AgainstAsync(StatusCode.Unknown, Status(status));

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_broken_escape_in_the_message_does_not_hide_the_status()
    {
        RpcException e = await AgainstAsync(StatusCode.NotFound, Status("5", "a%zz%C3%A9%"));
        Assert.Equal("a%zzé%", e.Detail);
    }

    [Fact(Timeout = Rpc.Limit)]
    public Task a_grpc_status_wins_over_the_http_status() => AgainstAsync(StatusCode.FailedPrecondition, context =>
    {
        context.Response.StatusCode = 503;
        return Status("9")(context);
    });

    [Fact(Timeout = Rpc.Limit)]
    public Task an_encoding_that_was_not_offered_is_internal() => AgainstAsync(StatusCode.Internal, async context =>
    {
        context.Response.Headers["grpc-encoding"] = "snappy";
        await Grpc(context).Body.WriteAsync(RawPeer.Frame(new SimpleResponse()));
        context.Response.AppendTrailer("grpc-status", "0");
    });

    [Fact(Timeout = Rpc.Limit)]
    public async Task metadata_comes_with_a_status_alone()
    {
        RpcException e = await AgainstAsync(StatusCode.NotFound, context =>
        {
            context.Response.Headers["why"] = "gone";
            context.Response.Headers["raw-bin"] = "AQI";
            return Status("5")(context);
        });
        Assert.Equal("gone", e.Trailers.GetText("why"));
        Assert.Equal([1, 2], e.Trailers.GetBytes("raw-bin"));
        Assert.Null(e.Trailers.GetText("grpc-status"));
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_response_over_the_limit_is_resource_exhausted()
    {
        await using TestServer server = await TestServer.StartAsync(InteropService.Bind);
        using GrpcChannel channel = server.Connect(new GrpcChannelOptions { MaxReceiveMessageSize = 1000 });
        await Rpc.FailsAsync(StatusCode.ResourceExhausted, () => channel.UnaryAsync(new SimpleRequest { ResponseSize = 5000 }));
    }

    [Theory(Timeout = Rpc.Limit)]
    [InlineData(0, StatusCode.Internal)]
    [InlineData(1, StatusCode.Internal)]
    [InlineData(2, StatusCode.Internal)]
    [InlineData(7, StatusCode.Unavailable)]
    [InlineData(8, StatusCode.Cancelled)]
    [InlineData(11, StatusCode.ResourceExhausted)]
    [InlineData(12, StatusCode.PermissionDenied)]
    public Task a_reset_is_mapped_by_its_code(int code, StatusCode expected) => AgainstAsync(expected, context =>
    {
        Reset(context, code);
        return Task.CompletedTask;
    });

    [Theory(Timeout = Rpc.Limit)]
    [InlineData(2, false, false, StatusCode.Internal)]
    [InlineData(2, true, true, StatusCode.Internal)]
    [InlineData(7, false, true, StatusCode.Unavailable)]
    [InlineData(7, true, false, StatusCode.Unavailable)]
    [InlineData(8, false, false, StatusCode.Cancelled)]
    [InlineData(8, true, true, StatusCode.Cancelled)]
    [InlineData(11, false, true, StatusCode.ResourceExhausted)]
    [InlineData(11, true, false, StatusCode.ResourceExhausted)]
    public async Task a_reset_in_the_middle_of_an_upload_is_not_lost(int code, bool headersSent, bool busyWriter, StatusCode expected)
    {
        await using TestServer server = await TestServer.StartAsync(async context =>
        {
            if (headersSent)
            {
                await Grpc(context).BodyWriter.FlushAsync();
            }

            await context.Request.BodyReader.ReadAtLeastAsync(200_000);
            Reset(context, code);
        });
        for (int round = 0; round < 5; round++)
        {
            using GrpcChannel channel = server.Connect();
            using GrpcCall<StreamingInputCallRequest, StreamingInputCallResponse> call = channel.StartCall(Methods.StreamingInput);
            await Rpc.WriteManyAsync(call, busyWriter ? 10_000 : 10, 30_000);
            await Rpc.FailsAsync(expected, async () => await call.ResponseAsync());
        }
    }

    [Fact(Timeout = Rpc.Limit)]
    public Task a_dropped_connection_is_unavailable() => AgainstAsync(StatusCode.Unavailable, context =>
    {
        context.Features.Get<IConnectionLifetimeFeature>()!.Abort();
        return Task.CompletedTask;
    });

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_refused_connection_is_unavailable_and_transient()
    {
        using var channel = new GrpcChannel(new Uri("http://127.0.0.1:1"));
        Assert.True((await Rpc.FailsAsync(StatusCode.Unavailable, () => channel.UnaryAsync())).IsTransient);
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_silent_peer_is_left_at_the_deadline()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var channel = new GrpcChannel(new Uri("http://" + listener.LocalEndpoint));
        await Rpc.FailsAsync(StatusCode.DeadlineExceeded, () => channel.UnaryAsync(options: new GrpcCallOptions { Timeout = TimeSpan.FromMilliseconds(200) }));
    }

    [Theory(Timeout = Rpc.Limit)]
    [InlineData("")]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")]
    public async Task a_peer_that_hangs_up_is_unavailable(string says)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        async Task AnswerAsync()
        {
            using TcpClient client = await listener.AcceptTcpClientAsync();
            _ = await client.GetStream().ReadAsync(new byte[24]);
            await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(says));
        }

        Task answer = AnswerAsync();
        using var channel = new GrpcChannel(new Uri("http://" + listener.LocalEndpoint));
        await Rpc.FailsAsync(StatusCode.Unavailable, () => channel.UnaryAsync());
        await answer;
    }

    private static async Task<RpcException> AgainstAsync(StatusCode expected, RequestDelegate handler)
    {
        await using TestServer server = await TestServer.StartAsync(handler);
        using GrpcChannel channel = server.Connect();
        return await Rpc.FailsAsync(expected, () => channel.UnaryAsync());
    }

    private static RequestDelegate Status(string status, string? message = null) => context =>
    {
        Grpc(context).Headers["grpc-status"] = status;
        if (message is not null)
        {
            context.Response.Headers["grpc-message"] = message;
        }

        return Task.CompletedTask;
    };

    private static HttpResponse Grpc(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        return context.Response;
    }

    private static void Reset(HttpContext context, int code) => context.Features.Get<IHttpResetFeature>()!.Reset(code);
}
