using Guardian.Grpc.Interop;
using Guardian.Grpc.Interop.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Guardian.Grpc.Tests.Server;

public sealed class BindingTests
{
    [Fact]
    public void a_method_that_nobody_serves_fails_at_start_up_and_is_named()
    {
        ArgumentException e = Refused(b => b.Unary<Empty, Empty>("EmptyCall", (r, _) => ValueTask.FromResult(r)));
        Assert.Contains("UnaryCall, CacheableUnaryCall", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("EmptyCall", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void a_method_left_out_on_purpose_is_fine() => NewServer().AddService(Methods.TestService, b => TestServer.BindSome(b, _ => { }));

    [Fact]
    public void an_unknown_method_fails_at_start_up() =>
        Assert.Contains("no method 'Nope'", Refused(b => b.Unary<Empty, Empty>("Nope", (r, _) => ValueTask.FromResult(r))).Message, StringComparison.Ordinal);

    [Fact]
    public void an_unknown_method_cannot_be_left_out() =>
        Assert.Contains("no method 'Nope'", Refused(b => b.Unimplemented("Nope")).Message, StringComparison.Ordinal);

    [Fact]
    public void a_wrong_request_type_fails_at_start_up() =>
        Assert.Contains("takes grpc.testing.Empty", Refused(b => b.Unary<SimpleRequest, Empty>("EmptyCall", (_, _) => default)).Message, StringComparison.Ordinal);

    [Fact]
    public void a_wrong_response_type_fails_at_start_up() =>
        Assert.Contains("returns grpc.testing.Empty", Refused(b => b.Unary<Empty, SimpleResponse>("EmptyCall", (_, _) => default)).Message, StringComparison.Ordinal);

    [Fact]
    public void a_wrong_streaming_kind_fails_at_start_up()
    {
        ArgumentException e = Refused(b => b.Duplex<StreamingInputCallRequest, StreamingInputCallResponse>("StreamingInputCall", _ => Task.CompletedTask));
        Assert.Contains("is client streaming, but was bound as duplex", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void a_method_bound_twice_fails_at_start_up()
    {
        void Bind(ServiceBinder b) => b.Unary<Empty, Empty>("EmptyCall", (r, _) => ValueTask.FromResult(r));
        Assert.Contains("bound already", Refused(b => { Bind(b); Bind(b); }).Message, StringComparison.Ordinal);
        Assert.Contains("bound already", Refused(b => { Bind(b); b.Unimplemented("EmptyCall"); }).Message, StringComparison.Ordinal);
        Assert.Contains("bound already", Refused(b => { b.Unimplemented("EmptyCall"); Bind(b); }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void a_service_added_twice_fails_at_start_up()
    {
        GrpcServer server = NewServer().AddService(Methods.TestService, InteropService.Bind);
        Assert.Throws<ArgumentException>(() => server.AddService(Methods.TestService, InteropService.Bind));
        Assert.Equal([Methods.TestService], server.Services);
    }

    [Fact]
    public void a_failed_binding_leaves_the_server_as_it_was()
    {
        GrpcServer server = NewServer();
        Assert.Throws<ArgumentException>(() => server.AddService(Methods.TestService, _ => { }));
        Assert.Empty(server.Services);
        server.AddService(Methods.TestService, InteropService.Bind);
    }

    [Fact]
    public void a_client_method_of_the_wrong_type_cannot_be_made()
    {
        Assert.Throws<ArgumentException>(() => new GrpcMethod<SimpleRequest, SimpleResponse>(Methods.TestService, "EmptyCall"));
        Assert.Throws<ArgumentException>(() => new GrpcMethod<Empty, Empty>(Methods.TestService, "Nope"));
    }

    [Fact]
    public void unsound_server_options_are_all_named()
    {
        var options = new GrpcServerOptions { MaxReceiveMessageSize = 0, MaxSendMessageSize = -1, ReadIdleTimeout = TimeSpan.Zero };
        ArgumentException e = Assert.Throws<ArgumentException>(() => new GrpcServer(options, new TestServer.CollectingLogger()));
        Assert.Contains("Guardian:Grpc:MaxReceiveMessageSize", e.Message, StringComparison.Ordinal);
        Assert.Contains("Guardian:Grpc:MaxSendMessageSize", e.Message, StringComparison.Ordinal);
        Assert.Contains("Guardian:Grpc:ReadIdleTimeout", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void unsound_options_in_a_container_stop_the_host()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddLogging().AddGuardianGrpc(o => o.MaxReceiveMessageSize = 0);
        using ServiceProvider provider = builder.Services.BuildServiceProvider();
        Assert.Throws<OptionsValidationException>(provider.GetRequiredService<GrpcServer>);
    }

    [Fact]
    public void a_container_holds_one_server_and_a_host_may_bring_its_own()
    {
        GrpcServer own = NewServer();
        IServiceCollection services = new ServiceCollection().AddLogging().AddSingleton(own).AddGuardianGrpc().AddGuardianGrpc();
        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Same(own, provider.GetRequiredService<GrpcServer>());
        Assert.Single(provider.GetServices<GrpcServer>());
    }

    [Fact]
    public void transport_limits_keep_room_for_uploads_side_by_side()
    {
        var kestrel = new KestrelServerOptions();
        kestrel.ConfigureGuardianGrpc(limits => limits.ConcurrentUploads = 3);
        Assert.Equal(3 * kestrel.Limits.Http2.InitialStreamWindowSize, kestrel.Limits.Http2.InitialConnectionWindowSize);
        Assert.Equal(1000, kestrel.Limits.Http2.MaxStreamsPerConnection);
        Assert.Throws<ArgumentException>(() => kestrel.ConfigureGuardianGrpc(limits => limits.StreamWindow = 1));
        Assert.Throws<ArgumentException>(() => kestrel.ConfigureGuardianGrpc(limits => (limits.StreamWindow, limits.ConcurrentUploads) = (1 << 30, 2)));
    }

    private static GrpcServer NewServer() => new(new GrpcServerOptions(), new TestServer.CollectingLogger());

    private static ArgumentException Refused(Action<ServiceBinder> bind) =>
        Assert.Throws<ArgumentException>(() => NewServer().AddService(Methods.TestService, bind));
}
