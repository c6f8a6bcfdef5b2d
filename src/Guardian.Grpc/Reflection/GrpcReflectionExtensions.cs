namespace Guardian.Grpc;

/// <summary>Reflection on a server.</summary>
public static class GrpcReflectionExtensions
{
    /// <summary>Serves <c>grpc.reflection.v1.ServerReflection</c> for what the server serves.</summary>
    /// <param name="server">The server.</param>
    /// <param name="reflection">The service; null for one of this server.</param>
    /// <returns>The server.</returns>
    /// <exception cref="ArgumentException">The server serves reflection already.</exception>
    public static GrpcServer AddReflection(this GrpcServer server, GrpcReflectionService? reflection = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        return server.AddService(GrpcReflectionService.Descriptor, (reflection ?? new GrpcReflectionService(server)).Bind);
    }
}
