using Guardian.Grpc;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts a <see cref="GrpcServer"/> into a pipeline.</summary>
public static class GuardianGrpcApplicationBuilderExtensions
{
    /// <summary>
    /// Ends the pipeline with the server: every request that comes here is answered by it, also those that are not gRPC. A host with web pages beside
    /// gRPC puts it into a branch (<c>app.MapWhen(c =&gt; c.Connection.LocalPort == …, b =&gt; b.UseGuardianGrpc(server))</c>).
    /// </summary>
    /// <param name="app">The pipeline, or a branch of it.</param>
    /// <param name="server">The server.</param>
    public static void UseGuardianGrpc(this IApplicationBuilder app, GrpcServer server)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(server);
        app.Run(server.HandleAsync);
    }
}
