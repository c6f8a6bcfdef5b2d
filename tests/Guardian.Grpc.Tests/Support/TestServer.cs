using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf.Reflection;
using Guardian.Grpc.Interop;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Guardian.Grpc.Tests;

/// <summary>A real Kestrel on a free loopback port.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestServer(WebApplication app, CollectingLogger log)
    {
        _app = app;
        Log = log;
        Address = InteropServer.AddressOf(app);
    }

    public Uri Address { get; }

    public CollectingLogger Log { get; }

    public static async Task<TestServer> StartAsync(RequestDelegate handler, CollectingLogger? log = null, Action<ListenOptions>? listen = null, Action<KestrelServerOptions>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureGuardianGrpc();
            configure?.Invoke(kestrel);
            kestrel.Listen(IPAddress.Loopback, 0, endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http2;
                listen?.Invoke(endpoint);
            });
        });
        WebApplication app = builder.Build();
        app.Run(handler);
        await app.StartAsync();
        return new TestServer(app, log ?? new CollectingLogger());
    }

    /// <summary>Serves the interop contract with what is bound; the rest of its methods is marked as unserved.</summary>
    public static async Task<TestServer> StartAsync(
        Action<ServiceBinder> bind,
        GrpcServerOptions? options = null,
        TimeProvider? time = null,
        Action<ListenOptions>? listen = null,
        Action<KestrelServerOptions>? kestrel = null)
    {
        var log = new CollectingLogger();
        GrpcServer server = new GrpcServer(options ?? new GrpcServerOptions(), log, time).AddService(Methods.TestService, binder => BindSome(binder, bind));
        return await StartAsync(server.HandleAsync, log, listen, kestrel);
    }

    public static void BindSome(ServiceBinder binder, Action<ServiceBinder> bind)
    {
        bind(binder);
        foreach (MethodDescriptor method in Methods.TestService.Methods)
        {
            try
            {
                binder.Unimplemented(method.Name);
            }
            catch (ArgumentException)
            {
                // Bound by the test.
            }
        }
    }

    public GrpcChannel Connect(GrpcChannelOptions? options = null) => new(Address, options);

    public async Task StopAsync(TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within);
        await _app.StopAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        // Calls that a test left open must not hold up the next one.
        await StopAsync(TimeSpan.FromMilliseconds(100));
        await _app.DisposeAsync();
    }

    /// <summary>Keeps what the server logged.</summary>
    internal sealed class CollectingLogger : ILogger<GrpcServer>
    {
        public ConcurrentQueue<(LogLevel Level, int Id, string Text, Exception? Exception)> Entries { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Entries.Enqueue((logLevel, eventId.Id, formatter(state, exception), exception));
    }
}
