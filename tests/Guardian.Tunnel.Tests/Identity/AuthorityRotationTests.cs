using Guardian.Grpc;
using Guardian.Testing;

namespace Guardian.Tunnel.Tests.Identity;

public sealed class AuthorityRotationTests : GatewayFixture
{
    [Fact(Timeout = 60_000)]
    public async Task the_authority_is_replaced_without_an_edge_being_locked_out()
    {
        using EdgeCredentials old = await EnrolAsync(await AddEdgeAsync());
        using var client = new EdgeClient(old);
        await client.HeartbeatAsync(None);
        EnrollmentBundle early = await AddEdgeAsync();

        await ChangeAsync(a => a.BeginRotation());
        Assert.Equal(2, Authority.TrustedAuthorities.Count);

        // Who has only the old one goes on, a bundle of before enrols, and both learn of the new one.
        using var again = new EdgeClient(old);
        await again.HeartbeatAsync(None);
        using EdgeCredentials late = await EnrolAsync(early);
        Assert.Equal(2, late.Authorities.Count);
        Assert.Equal(old.EdgeId, Assert.Single(await Registry.ListNotRenewedAsync(Authority.Issuer, None), e => e.Id == old.EdgeId).Id);

        // Within the second in which the authority was made, which is as far as X.509 tells time.
        using EdgeCredentials renewed = await again.RenewAsync(old, None);
        Assert.Equal(2, renewed.Authorities.Count);
        Assert.Contains(await Registry.ListNotRenewedAsync(Authority.Issuer, None), e => e.Id == old.EdgeId);
        using var onNew = new EdgeClient(renewed);
        await onNew.HeartbeatAsync(None);
        Assert.DoesNotContain(await Registry.ListNotRenewedAsync(Authority.Issuer, None), e => e.Id == old.EdgeId);

        string former = Authority.Fingerprint;
        await ChangeAsync(a => a.FinishRotation());
        Assert.NotEqual(former, Authority.Fingerprint);
        using var finished = new EdgeClient(renewed);
        await finished.HeartbeatAsync(None);
        (await EnrolAsync(await AddEdgeAsync())).Dispose();

        using var shutOut = new EdgeClient(old);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => shutOut.HeartbeatAsync(None))).StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task who_renews_before_the_gateway_has_the_news_gets_a_certificate_of_the_new_authority()
    {
        using EdgeCredentials old = await EnrolAsync(await AddEdgeAsync());
        using (var other = CertificateAuthority.Open(Folder, timeProvider: Time))
        {
            other.BeginRotation();
        }

        // Nothing was announced.
        using var client = new EdgeClient(old);
        using EdgeCredentials renewed = await client.RenewAsync(old, None);
        Assert.NotEqual(old.Certificate.Issuer, renewed.Certificate.Issuer);
        Assert.Equal(2, renewed.Authorities.Count);
        using EdgeCredentials enrolled = await EnrolAsync(await AddEdgeAsync());
        Assert.Equal(renewed.Certificate.Issuer, enrolled.Certificate.Issuer);
    }

    [Fact]
    public void a_replacement_that_was_killed_while_it_was_finished_is_finished_by_the_next_start()
    {
        using var folder = new TemporaryFolder();
        string next;
        using (var authority = CertificateAuthority.Open(folder.Path))
        {
            authority.BeginRotation();
            next = CertificateAuthority.FingerprintOf(authority.TrustedAuthorities[1]);
        }

        // As after a kill between the two renames.
        File.WriteAllText(folder.File("ca-next.finishing"), "");
        File.Move(folder.File("ca-next.key.pem"), folder.File("ca.key.pem"), overwrite: true);
        using (var finished = CertificateAuthority.Open(folder.Path))
        {
            Assert.Equal((next, 1), (finished.Fingerprint, finished.TrustedAuthorities.Count));
        }

        Assert.Equal(["ca.crt.pem", "ca.key.pem"], Directory.GetFiles(folder.Path).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void a_replacement_is_begun_once_and_finished_once()
    {
        using var folder = new TemporaryFolder();
        using var authority = CertificateAuthority.Open(folder.Path);
        Assert.Throws<TunnelException>(authority.FinishRotation);
        authority.BeginRotation();
        Assert.Throws<TunnelException>(authority.BeginRotation);
        authority.FinishRotation();
        Assert.Throws<TunnelException>(authority.FinishRotation);
    }

    [Fact]
    public void a_locked_key_needs_its_passphrase_and_locking_it_later_is_enough()
    {
        using var folder = new TemporaryFolder();
        string fingerprint;
        using (var open = CertificateAuthority.Open(folder.Path))
        {
            fingerprint = open.Fingerprint;
        }

        Assert.Contains("BEGIN PRIVATE KEY", File.ReadAllText(folder.File("ca.key.pem")), StringComparison.Ordinal);
        CertificateAuthority.Open(folder.Path, "correct horse").Dispose();
        Assert.Contains("BEGIN ENCRYPTED PRIVATE KEY", File.ReadAllText(folder.File("ca.key.pem")), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("ca.key.pem")));

        using (var locked = CertificateAuthority.Open(folder.Path, "correct horse"))
        {
            Assert.Equal(fingerprint, locked.Fingerprint);
        }

        Assert.Contains("locked", Assert.Throws<TunnelException>(() => CertificateAuthority.Open(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("wrong", Assert.Throws<TunnelException>(() => CertificateAuthority.Open(folder.Path, "battery staple")).Message, StringComparison.Ordinal);
        Assert.Equal(fingerprint, CertificateAuthority.ReadFingerprint(folder.Path));
    }

    /// <summary>As the command line does it: in another process, which the gateway notices by the registry.</summary>
    private async Task ChangeAsync(Action<CertificateAuthority> change)
    {
        IReadOnlyList<byte[]> before = Authority.TrustedAuthorities;
        using (var other = CertificateAuthority.Open(Folder, timeProvider: Time))
        {
            change(other);
        }

        await Registry.AnnounceAuthorityAsync("test", "operator:test", None);
        await Eventually.IsTrueAsync(() => Task.FromResult(Authority.TrustedAuthorities.Count != before.Count), "the gateway notices");
    }
}
