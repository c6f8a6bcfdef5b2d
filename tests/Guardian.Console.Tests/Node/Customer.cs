using Guardian.Storage;

namespace Guardian.Console.Tests.Node;

/// <summary>A customer with a key, who alone can open what is sealed to it.</summary>
internal sealed class Customer : IDisposable
{
    public const string Passphrase = "correct horse battery";

    private readonly RecipientPrivateKey _key = RecipientPrivateKey.Generate();

    public Customer() => EncryptedPem = _key.ToEncryptedPem(Passphrase);

    public string EncryptedPem { get; }

    public string KeyId => _key.PublicKey.Id.ToString();

    public RecipientPublicKey PublicKey => _key.PublicKey;

    public Task<byte[]> SealAsync(byte[] plaintext, string contentType) => new Sealer(_key.PublicKey).SealAsync(plaintext, contentType);

    public void Dispose() => _key.Dispose();
}
