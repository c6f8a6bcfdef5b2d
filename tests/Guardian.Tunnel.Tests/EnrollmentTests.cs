using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Guardian.Grpc;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel.Tests;

public sealed class EnrollmentTests : GatewayFixture
{
    [Fact(Timeout = 30_000)]
    public async Task an_edge_enrols_and_then_speaks_under_its_certificate()
    {
        (EdgeClient client, EdgeCredentials credentials) = await EnrolAsync();
        using (client)
        using (credentials)
        {
            Assert.True((await client.HeartbeatAsync(None)).Success);
            Assert.Equal([1, 2, 3], Assert.Single(credentials.Recipients));
            RegisteredEdge edge = (await Registry.GetEdgeAsync(credentials.EdgeId, None))!;
            Assert.Equal((EdgeState.Active, "test"), (edge.State, edge.Software));
            Assert.NotNull(edge.LastSeenAt);
            Assert.InRange((credentials.Certificate.NotAfter.ToUniversalTime() - Time.GetUtcNow().UtcDateTime).TotalDays, 89, 91);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task credentials_survive_as_files_and_the_key_is_private()
    {
        (EdgeClient client, EdgeCredentials credentials) = await EnrolAsync();
        client.Dispose();
        string folder = Path.Combine(Folder, "edge");
        credentials.Save(folder);

        using EdgeCredentials loaded = EdgeCredentials.Load(folder);
        using var again = new EdgeClient(loaded);
        Assert.True((await again.HeartbeatAsync(None)).Success);
        Assert.Equal(credentials.Recipients, loaded.Recipients);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "edge.key.pem")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Folder, "ca.key.pem")));
    }

    [Fact(Timeout = 30_000)]
    public async Task credentials_survive_a_kill_at_any_step_of_saving_them()
    {
        (EdgeClient client, EdgeCredentials old) = await EnrolAsync();
        using EdgeCredentials renewed = await client.RenewAsync(old, None);
        client.Dispose();
        string before = Path.Combine(Folder, "before"), after = Path.Combine(Folder, "after");
        old.Save(before);
        renewed.Save(after);

        // Killed after the key took its place and before the certificate did.
        File.Copy(Path.Combine(after, "edge.crt.pem"), Path.Combine(before, "edge.crt.pem.next"));
        using (EdgeCredentials loaded = EdgeCredentials.Load(before))
        {
            Assert.Equal(old.Certificate.SerialNumber, loaded.Certificate.SerialNumber);
        }

        File.Copy(Path.Combine(after, "edge.key.pem"), Path.Combine(before, "edge.key.pem"), overwrite: true);
        using (EdgeCredentials loaded = EdgeCredentials.Load(before))
        {
            Assert.Equal(renewed.Certificate.SerialNumber, loaded.Certificate.SerialNumber);
        }

        using EdgeCredentials again = EdgeCredentials.Load(before);
        Assert.Equal(renewed.Certificate.SerialNumber, again.Certificate.SerialNumber);
        old.Dispose();
    }

    [Fact(Timeout = 30_000)]
    public async Task a_bundle_is_good_once()
    {
        EnrollmentBundle bundle = await AddEdgeAsync();
        (await EnrolAsync(bundle)).Dispose();
        TunnelException refused = await Assert.ThrowsAsync<TunnelException>(() => EnrolAsync(bundle));
        Assert.Contains("used", refused.Message, StringComparison.Ordinal);
        Assert.False(refused.IsTransient);
    }

    [Fact(Timeout = 30_000)]
    public async Task of_many_that_race_for_one_bundle_exactly_one_gets_in()
    {
        EnrollmentBundle bundle = await AddEdgeAsync();
        bool[] entered = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                (await EnrolAsync(bundle)).Dispose();
                return true;
            }
            catch (TunnelException)
            {
                return false;
            }
        }));
        Assert.Single(entered, e => e);
    }

    [Fact(Timeout = 30_000)]
    public async Task an_expired_revoked_or_invented_token_is_refused_alike()
    {
        EnrollmentBundle expired = await AddEdgeAsync(TimeSpan.FromMinutes(5));
        Time.Advance(TimeSpan.FromMinutes(6));
        EnrollmentBundle revoked = await AddEdgeAsync();
        await Registry.RevokeEdgeAsync((await Registry.ListEdgesAsync(None))[^1].Id, "test", None);
        EnrollmentBundle invented = revoked with { Token = "invented" };

        string[] answers = await Task.WhenAll(new[] { expired, revoked, invented }.Select(async b =>
            (await Assert.ThrowsAsync<TunnelException>(() => EnrolAsync(b))).Message));
        Assert.Single(answers.Distinct());
    }

    [Fact(Timeout = 30_000)]
    public async Task an_edge_sends_its_token_to_the_bundles_node_only()
    {
        EnrollmentBundle bundle = await AddEdgeAsync() with { CaFingerprint = new string('a', 64) };
        TunnelException refused = await Assert.ThrowsAsync<TunnelException>(() => EnrolAsync(bundle));
        Assert.Contains("fingerprint", refused.Message, StringComparison.Ordinal);
        Assert.Equal(EdgeState.Pending, Assert.Single(await Registry.ListEdgesAsync(None)).State);
    }

    [Fact(Timeout = 30_000)]
    public async Task a_bad_certificate_request_does_not_spend_the_token()
    {
        EnrollmentBundle bundle = await AddEdgeAsync();
        using X509Certificate2 ca = X509CertificateLoader.LoadCertificate(Authority.CertificateDer);
        using GrpcChannel channel = EdgeChannel.Open(bundle.Address, [ca], certificate: null);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        byte[] good = EdgeEnrollment.MakeRequest(p384);
        byte[][] bad =
        [
            [],
            [1, 2, 3],
            new byte[9000],
            good,
            new CertificateRequest("CN=x", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequest(),
            [.. good[..^1], (byte)~good[^1]],
        ];
        foreach (byte[] request in bad)
        {
            RpcException error = await Assert.ThrowsAsync<RpcException>(() => channel.UnaryAsync(
                EdgeMethods.Enroll, new EnrollRequest { Token = bundle.Token, CertificateRequest = ByteString.CopyFrom(request) }));
            Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        }

        (await EnrolAsync(bundle)).Dispose();
    }

    [Fact(Timeout = 30_000)]
    public async Task without_a_certificate_only_enrolment_is_served()
    {
        using X509Certificate2 ca = X509CertificateLoader.LoadCertificate(Authority.CertificateDer);
        using GrpcChannel enrolment = EdgeChannel.Open(Server.EnrollmentEndPoint.ToString(), [ca], certificate: null);
        RpcException unserved = await Assert.ThrowsAsync<RpcException>(() => enrolment.UnaryAsync(EdgeMethods.Heartbeat, new HeartbeatRequest()));
        Assert.Equal(StatusCode.Unimplemented, unserved.StatusCode);

        using GrpcChannel edge = EdgeChannel.Open(Server.EdgeEndPoint.ToString(), [ca], certificate: null);
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => edge.UnaryAsync(EdgeMethods.Heartbeat, new HeartbeatRequest()));
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
    }

    [Fact(Timeout = 30_000)]
    public async Task a_certificate_of_another_ca_is_refused()
    {
        using var other = CertificateAuthority.Open(Path.Combine(Folder, "other"), timeProvider: Time);
        using X509Certificate2 ca = X509CertificateLoader.LoadCertificate(Authority.CertificateDer);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 bare = other.IssueForEdge(EdgeId.New(), EdgeEnrollment.MakeRequest(key), TimeSpan.FromDays(1));
        using X509Certificate2 certificate = bare.CopyWithPrivateKey(key);
        using GrpcChannel edge = EdgeChannel.Open(Server.EdgeEndPoint.ToString(), [ca], certificate);
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => edge.UnaryAsync(EdgeMethods.Heartbeat, new HeartbeatRequest()));
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
    }

    [Fact(Timeout = 30_000)]
    public async Task a_revoked_edge_is_refused_from_its_next_call_on()
    {
        (EdgeClient client, EdgeCredentials credentials) = await EnrolAsync();
        using (client)
        using (credentials)
        {
            await client.HeartbeatAsync(None);
            Assert.True(await Registry.RevokeEdgeAsync(credentials.EdgeId, "test", None));
            RpcException refused = await RefusalOfAsync(() => client.HeartbeatAsync(None));
            Assert.Equal((StatusCode.Unauthenticated, "this edge is revoked"), (refused.StatusCode, refused.Detail));
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task a_certificate_is_renewed_over_the_current_one()
    {
        (EdgeClient client, EdgeCredentials credentials) = await EnrolAsync();
        using (client)
        using (credentials)
        {
            using EdgeCredentials renewed = await client.RenewAsync(credentials, None);
            Assert.NotEqual(credentials.Certificate.SerialNumber, renewed.Certificate.SerialNumber);
            Assert.NotEqual(credentials.Certificate.GetPublicKeyString(), renewed.Certificate.GetPublicKeyString());
            using var next = new EdgeClient(renewed);
            Assert.True((await next.HeartbeatAsync(None)).Success);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("guardian-edge-1.")]
    [InlineData("guardian-edge-1.!!!")]
    [InlineData("guardian-edge-1.e30")]
    [InlineData("guardian-edge-2.e30")]
    [InlineData("guardian-edge-1.bnVsbA")]
    public void a_line_that_is_no_bundle_says_so(string line) => Assert.Contains("bundle", Assert.Throws<TunnelException>(() => EnrollmentBundle.Parse(line)).Message, StringComparison.Ordinal);

    [Fact]
    public void a_bundle_survives_its_line_and_hides_its_token()
    {
        var bundle = new EnrollmentBundle { Address = "127.0.0.1:1", CaFingerprint = new string('0', 64), Token = "secret", ExpiresAt = Time.GetUtcNow() };
        Assert.Equal(bundle, EnrollmentBundle.Parse("  " + bundle.ToLine() + "\n"));
        Assert.DoesNotContain("secret", bundle.ToString(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task mutated_bundles_are_refused_in_words_or_parse()
    {
        string line = (await AddEdgeAsync()).ToLine();
        var random = new Random(3);
        for (int i = 0; i < 100_000; i++)
        {
            char[] mutated = line.ToCharArray();
            for (int k = random.Next(1, 4); k > 0; k--)
            {
                mutated[random.Next(mutated.Length)] = (char)random.Next(32, 127);
            }

            try
            {
                EnrollmentBundle.Parse(new string(mutated));
            }
            catch (TunnelException)
            {
                // The only exception there may be.
            }
        }
    }
}
