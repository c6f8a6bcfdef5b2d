using Guardian.Testing;

namespace Guardian.Grpc.Tests.Interop;

/// <summary>A theory that needs the peers that <c>eng/peers.sh</c> installs; see <see cref="RequiresTheoryAttribute"/> for what happens without them.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RequiresPeersTheoryAttribute : TheoryAttribute
{
    public RequiresPeersTheoryAttribute() =>
        Skip = Requirement.Missing(["node", Peer.PathTo("node_modules", "@grpc", "grpc-js"), Peer.Python, "/usr/lib/python3/dist-packages/grpc", "/usr/lib/python3/dist-packages/google/protobuf"]);
}
