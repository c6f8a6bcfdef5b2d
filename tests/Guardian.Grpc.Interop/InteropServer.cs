using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Guardian.Grpc.Interop;

/// <summary>The interop service with health and reflection, on a loopback port in cleartext HTTP/2.</summary>
public static class InteropServer
{
    /// <param name="port">The port, or 0 for a free one.</param>
    /// <param name="logging">Where logs go; null for nowhere.</param>
    public static async Task<WebApplication> StartAsync(int port, Action<ILoggingBuilder>? logging = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        logging?.Invoke(builder.Logging);
        builder.Services.AddGuardianGrpc();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureGuardianGrpc();
            kestrel.Listen(IPAddress.Loopback, port, endpoint => endpoint.Protocols = HttpProtocols.Http2);
        });
        WebApplication app = builder.Build();
        GrpcServer server = app.Services.GetRequiredService<GrpcServer>()
            .AddService(Methods.TestService, InteropService.Bind)
            .AddHealth(new GrpcHealthService())
            .AddReflection();
        app.UseGuardianGrpc(server);
        await app.StartAsync();
        return app;
    }

    public static Uri AddressOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
}
