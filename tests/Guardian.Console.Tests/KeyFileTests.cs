using System.Security.Cryptography;
using Guardian.Console.Tests.Browser;
using Guardian.Console.Tests.Node;
using Guardian.Testing;

namespace Guardian.Console.Tests;

/// <summary>Which key files the page opens, and that it refuses the others with words.</summary>
[Collection(SharedBrowser.Name)]
public sealed class KeyFileTests(ConsoleFixture fixture)
{
    private const int Limit = 90_000;
    private const string Passphrase = "twelve letters";

    private const string Open =
        """
        async ({ pem, passphrase }) => {
          const { openPrivateKey } = await import('/js/sealing/keys.js');
          try {
            const key = await openPrivateKey(pem, passphrase);
            return `opened ${key.id} ${key.privateKey.extractable ? 'extractable' : 'kept'}`;
          } catch (e) {
            return `${e.reason ?? e.name}: ${e.message}`;
          }
        }
        """;

    private const string CutEverywhere =
        """
        async ({ pem, passphrase }) => {
          const { openPrivateKey } = await import('/js/sealing/keys.js');
          const [, label, base64] = /BEGIN ([A-Z ]+)-----([^-]+)-----/.exec(pem);
          const der = atob(base64.replace(/\s/g, ''));
          const wrong = [];
          for (let i = 1; i < der.length; i++) {
            const cut = `-----BEGIN ${label}-----\n${btoa(der.slice(0, i))}\n-----END ${label}-----`;
            const name = await openPrivateKey(cut, passphrase).then(() => 'opened', (e) => e.name);
            if (name !== 'KeyFileError') {
              wrong.push(`${i}: ${name}`);
            }
          }
          return wrong;
        }
        """;

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_key_of_the_node_opens_under_its_id_and_cannot_be_exported()
    {
        Assert.Equal($"opened {fixture.Customer.KeyId} kept", await OpenAsync(fixture.Customer.EncryptedPem, Customer.Passphrase));
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_passphrase_beyond_ascii_works()
    {
        const string passphrase = "Grüße aus Zürich ✓";
        Assert.StartsWith("opened", await OpenAsync(Pem(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 600_000, passphrase), passphrase), StringComparison.Ordinal);
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task other_schemes_and_curves_are_refused_by_name()
    {
        (string Pem, string Words)[] cases =
        [
            (Pem(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 600_000), "AES-256-CBC"),
            (Pem(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA1, 600_000), "HMAC-SHA-256"),
            (Pem(PbeEncryptionAlgorithm.TripleDes3KeyPkcs12, HashAlgorithmName.SHA1, 600_000), "PBES2"),
            (Pem(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000), "1000 rounds"),
            (Pem(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10_000, curve: ECCurve.NamedCurves.nistP384), "P-256"),
        ];
        foreach ((string pem, string words) in cases)
        {
            string result = await OpenAsync(pem, Passphrase);
            Assert.StartsWith("Unsupported: ", result, StringComparison.Ordinal);
            Assert.Contains(words, result, StringComparison.Ordinal);
        }
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task what_is_no_key_is_refused()
    {
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        string[] files =
        [
            "", "text", new string('A', 20_000), fixture.Customer.PublicKey.ToPem(), key.ExportPkcs8PrivateKeyPem(),
            PemEncoding.WriteString("ENCRYPTED PRIVATE KEY", [0, 0, 0]),
        ];
        foreach (string text in files)
        {
            Assert.StartsWith("NotAKey: ", await OpenAsync(text, Passphrase), StringComparison.Ordinal);
        }
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_key_file_cut_anywhere_is_refused_with_words()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.GotoAsync();
        Assert.Empty(await session.Page.EvaluateAsync<string[]>(CutEverywhere, new { pem = fixture.Customer.EncryptedPem, passphrase = Customer.Passphrase }));
    }

    private static string Pem(PbeEncryptionAlgorithm cipher, HashAlgorithmName hash, int iterations, string passphrase = Passphrase, ECCurve? curve = null)
    {
        using var key = ECDiffieHellman.Create(curve ?? ECCurve.NamedCurves.nistP256);
        return key.ExportEncryptedPkcs8PrivateKeyPem(passphrase, new PbeParameters(cipher, hash, iterations));
    }

    private async Task<string> OpenAsync(string pem, string passphrase)
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.GotoAsync();
        return await session.Page.EvaluateAsync<string>(Open, new { pem, passphrase });
    }
}
