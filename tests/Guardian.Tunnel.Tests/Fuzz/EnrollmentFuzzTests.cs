using System.Globalization;
using Guardian.Grpc;
using Guardian.Tunnel.Contract;
using Microsoft.Extensions.Logging;
using Xunit.Abstractions;

namespace Guardian.Tunnel.Tests.Fuzz;

/// <summary>Strangers at the public port, and enrolled edges with hostile keys and requests: 100 000 calls over TLS, through the whole gateway.</summary>
[Collection(FuzzAlone.Name)]
public sealed class EnrollmentFuzzTests(ITestOutputHelper output) : GatewayFixture
{
    private const int Inputs = 100_000, PerRound = 2000, Workers = 8, Seed = 5;

    /// <summary>One in so many enrolments has a token that is good.</summary>
    private const int GoodTokens = 4;

    private readonly ErrorLog _errors = new();
    private readonly List<EdgeCredentials> _credentials = [];
    private readonly List<HostilePeer> _edges = [];
    private readonly List<HostilePeer> _edgesOutside = [];
    private readonly List<HostilePeer> _strangers = [];
    private readonly AdmissionTicket[] _tickets = new AdmissionTicket[Workers];
    private readonly int[] _attempts = new int[Workers];
    private int _enrolled;

    protected override ILoggerFactory Loggers => _errors;

    private protected override ITunnelNetwork Network { get; } = new LoopbackNetwork();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        for (int i = 0; i < Workers; i++)
        {
            EdgeCredentials credentials = await EnrolAsync(await AddEdgeAsync());
            _credentials.Add(credentials);
            await Registry.TunnelPeers.SetAsync(credentials.EdgeId, [.. Enumerable.Repeat((byte)(0x80 + i), 32)], Network.MaxPeers, "test", None);
            _edges.Add(new HostilePeer(credentials.Address, CertificateAuthority.Trust(credentials.Authorities), credentials.Certificate));
            _edgesOutside.Add(new HostilePeer(credentials.EnrollmentAddress, CertificateAuthority.Trust(credentials.Authorities), credentials.Certificate));
            _strangers.Add(new HostilePeer(credentials.EnrollmentAddress, CertificateAuthority.Trust(credentials.Authorities), certificate: null));
            _tickets[i] = await AdmitAsync();
        }
    }

    public override async Task DisposeAsync()
    {
        foreach (HostilePeer peer in (IEnumerable<HostilePeer>)[.. _edges, .. _edgesOutside, .. _strangers])
        {
            peer.Dispose();
        }

        await base.DisposeAsync();
        _credentials.ForEach(c => c.Dispose());
    }

    protected override void Configure(TunnelOptions options) => options.WrongTokenLimit = 1000;

    [Fact(Timeout = 240_000)]
    public async Task hostile_enrolments_are_refused_in_words_and_spend_no_token()
    {
        var run = new FuzzRun(Seed, Workers, EnrollmentTargets.All);
        await run.RunAsync(Inputs, PerRound, CallAsync, CheckRoundAsync);
        foreach (string line in run.Summary)
        {
            output.WriteLine(line);
        }

        Assert.Equal([], _errors.Errors);
        Assert.NotEqual(0, _enrolled);
        foreach (AdmissionTicket ticket in _tickets)
        {
            (await EnrolAsync(Bundle(ticket))).Dispose();
        }
    }

    private async Task<HostileAnswer> CallAsync(int worker, FuzzTarget target, byte[][] messages)
    {
        if (target == EnrollmentTargets.Enroll)
        {
            return await EnrollAsync(worker, messages);
        }

        List<HostilePeer> peers = target == EnrollmentTargets.GetAuthority ? _strangers : target == EnrollmentTargets.GetTunnelOutside ? _edgesOutside : _edges;
        return await peers[worker].CallAsync(target.Path, messages);
    }

    private async Task<HostileAnswer> EnrollAsync(int worker, byte[][] messages)
    {
        bool isGood = _attempts[worker]++ % GoodTokens == 0;
        EnrollmentTargets.Token.Replace(messages, isGood ? _tickets[worker].Token : EnrollmentTargets.Token.Text.Replace('?', 'A'));
        EnrollmentTargets.Camera.Replace(messages, $"camera-{Volatile.Read(ref _enrolled).ToString("00000", CultureInfo.InvariantCulture)}");
        HostileAnswer answer = await _strangers[worker].CallAsync(EnrollmentTargets.Enroll.Path, messages);
        if (answer.Status == StatusCode.OK)
        {
            // Shut out again, so that whoever is active at a round's end without having been told so shows.
            Interlocked.Increment(ref _enrolled);
            Assert.Equal(_tickets[worker].Edge.Id.ToString(), answer.Message(EnrollResponse.Parser).EdgeId);
            Assert.True(await Registry.RevokeEdgeAsync(_tickets[worker].Edge.Id, "test", None));
            _tickets[worker] = await AdmitAsync();
        }

        return answer;
    }

    private async Task CheckRoundAsync()
    {
        Assert.Equal(_credentials.Select(c => c.EdgeId.ToString()).Order(), (await Registry.ListActiveAsync(None)).Select(e => e.ToString()).Order());
        foreach (EdgeCredentials credentials in _credentials)
        {
            // The one that it uses and the newest that it was given, however often it renewed.
            IReadOnlySet<string> serials = await Registry.ListSerialsAsync(credentials.EdgeId, None);
            Assert.Contains(credentials.Certificate.SerialNumber, serials);
            Assert.InRange(serials.Count, 1, 2);
        }

        // Whoever was wrong too often may try again.
        Time.Advance(TimeSpan.FromSeconds(61));
    }

    private Task<AdmissionTicket> AdmitAsync() => Registry.AddEdgeAsync(new NewEdge { Name = "stranger", TokenLifetime = TimeSpan.FromDays(30) }, "test", None);
}
