using System.Security.Cryptography;

namespace Guardian.Storage;

/// <inheritdoc/>
internal sealed class SystemSealingRandomness : ISealingRandomness
{
    public byte[] Bytes(int count) => RandomNumberGenerator.GetBytes(count);

    public ECDiffieHellman EphemeralKey() => ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
}
