using System.Security.Cryptography;

namespace Guardian.Storage;

/// <summary>Uncompressed P-256 points as bytes.</summary>
internal static class EcPoint
{
    /// <summary>Imports a point; one that is not on the curve is refused, which rules out invalid-curve attacks.</summary>
    public static ECDiffieHellman Import(ReadOnlySpan<byte> point)
    {
        try
        {
            if (point[0] != 4)
            {
                throw new CryptographicException("not an uncompressed point");
            }

            return ECDiffieHellman.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = point.Slice(1, 32).ToArray(), Y = point.Slice(33, 32).ToArray() },
            });
        }
        catch (CryptographicException e)
        {
            throw new SealedFormatException(SealedFormatError.BadHeader, "recipient stanza: the ephemeral key is not a point on P-256", e);
        }
    }
}
