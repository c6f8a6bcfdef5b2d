using System.Security.Cryptography;

namespace Guardian.Storage;

/// <summary>Where a <see cref="Sealer"/> takes its randomness from: the operating system, or fixed values when test vectors are made.</summary>
internal interface ISealingRandomness
{
    byte[] Bytes(int count);

    ECDiffieHellman EphemeralKey();
}
