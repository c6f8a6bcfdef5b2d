using Guardian.Grpc.Interop;
using Guardian.Testing;
using Microsoft.AspNetCore.Builder;

namespace Guardian.Grpc.Tests.Interop;

/// <summary>The gRPC project's interop cases against grpc-js and C-core (through grpcio), each way, and against ourselves.</summary>
public sealed class InteropTests(InteropTests.Servers servers) : IClassFixture<InteropTests.Servers>
{
    private const int CaseLimit = 60_000;
    private const string GrpcJs = "grpc-js";
    private const string CCore = "c-core";

    private static readonly string[] Required =
    [
        "empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong", "empty_stream", "cancel_after_begin",
        "cancel_after_first_response", "timeout_on_sleeping_server", "custom_metadata", "status_code_and_message", "special_status_message",
        "unimplemented_method", "unimplemented_service", "client_compressed_unary", "server_compressed_unary",
    ];

    /// <summary>Where a peer's library shows too little for the whole case, with what is left of it. Nothing else is left out.</summary>
    private static readonly Dictionary<(string Peer, string Direction, string Case), string> Reduced = new()
    {
        [(GrpcJs, "client", "server_compressed_unary")] = "grpc-js does not show the flag of a message: the responses decode, the flag is asserted with our own client",
        [(CCore, "client", "server_compressed_unary")] = "grpcio does not show the flag of a message: the responses decode, the flag is asserted with our own client",
        [(GrpcJs, "server", "client_compressed_unary")] = "a grpc-js service cannot see whether a request was compressed: no probe, the request decodes",
        [(CCore, "server", "client_compressed_unary")] = "a grpcio service cannot see whether a request was compressed: no probe, the request decodes",
    };

    /// <summary>What a peer does not implement at all.</summary>
    private static readonly Dictionary<(string Peer, string Direction, string Case), string> Absent = new()
    {
        [(GrpcJs, "server", "server_compressed_unary")] = "the grpc-js server never compresses (server-interceptors.js: 'response compression is currently not supported')",
    };

    public static TheoryData<string, string> ClientCases() => Cases("client");

    public static TheoryData<string, string> ServerCases() => Cases("server");

    public static TheoryData<string> OwnCases() => [.. InteropCases.Names];

    [Fact]
    public void every_required_case_exists_and_what_is_left_out_is_listed_with_its_reason()
    {
        Assert.Empty(Required.Except(InteropCases.Names));
        Assert.Equal((2 * Required.Length * 2) - Absent.Count, ClientCases().Count + ServerCases().Count);
        Assert.All(Reduced.Values.Concat(Absent.Values), reason => Assert.NotEmpty(reason));
        Assert.Empty(Reduced.Keys.Intersect(Absent.Keys));
    }

    [RequiresPeersTheory(Timeout = CaseLimit)]
    [MemberData(nameof(ClientCases))]
    public async Task a_client_of_another_implementation_is_served(string peer, string interopCase)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(CaseLimit - 5000));
        Assert.Null(await Peer.RunClientAsync(peer, servers.Descriptors, servers.Own.Authority, interopCase, limit.Token));
    }

    [RequiresPeersTheory(Timeout = CaseLimit)]
    [MemberData(nameof(ServerCases))]
    public async Task a_server_of_another_implementation_serves_us(string peer, string interopCase)
    {
        using var channel = new GrpcChannel(await servers.AddressOfAsync(peer));
        bool probe = !Reduced.ContainsKey((peer, "server", interopCase));
        await InteropCases.RunAsync(interopCase, channel, new InteropCaseOptions(probe));
    }

    [Theory(Timeout = CaseLimit)]
    [MemberData(nameof(OwnCases))]
    public async Task both_ends_of_this_package_pass_every_case(string interopCase)
    {
        using var channel = new GrpcChannel(servers.Own);
        await InteropCases.RunAsync(interopCase, channel, new InteropCaseOptions());
    }

    private static TheoryData<string, string> Cases(string direction)
    {
        var cases = new TheoryData<string, string>();
        foreach (string peer in new[] { GrpcJs, CCore })
        {
            foreach (string interopCase in Required.Where(c => !Absent.ContainsKey((peer, direction, c))))
            {
                cases.Add(peer, interopCase);
            }
        }

        return cases;
    }

    /// <summary>One server of each implementation for all cases; a peer's starts with the first case that needs it.</summary>
    public sealed class Servers : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();
        private readonly Dictionary<string, Peer> _peers = [];
        private WebApplication _own = null!;

        public Uri Own { get; private set; } = null!;

        public string Descriptors => _folder.File("descriptors.bin");

        public async Task InitializeAsync()
        {
            DescriptorFile.Write(Descriptors);
            _own = await InteropServer.StartAsync(0);
            Own = InteropServer.AddressOf(_own);
        }

        public Task<Uri> AddressOfAsync(string peer)
        {
            // The cases of a class run one after the other, so that nothing guards this.
            if (!_peers.TryGetValue(peer, out Peer? server))
            {
                _peers[peer] = server = Peer.StartServer(peer, Descriptors);
            }

            return server.AddressAsync(TimeSpan.FromSeconds(30));
        }

        public async Task DisposeAsync()
        {
            foreach (Peer peer in _peers.Values)
            {
                peer.Dispose();
            }

            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await _own.StopAsync(limit.Token);
            await _own.DisposeAsync();
            _folder.Dispose();
        }
    }
}
