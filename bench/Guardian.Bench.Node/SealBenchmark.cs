using System.Diagnostics;
using System.Security.Cryptography;
using Guardian.Storage;

namespace Guardian.Bench.Node;

/// <summary>
/// Sealing and unsealing against bare AES-256-GCM over blocks of the same size. All three read from memory and drop what they make, so that it is the cipher and what is
/// around it that is timed, and not a stream; sealing and unsealing use a second core where there is one.
/// </summary>
internal static class SealBenchmark
{
    private const int Bytes = 128 << 20, Block = 64 << 10, Rounds = 9;

    public static async Task RunAsync()
    {
        using RecipientPrivateKey key = RecipientPrivateKey.Generate();
        var sealer = new Sealer(key.PublicKey);
        byte[] plaintext = RandomNumberGenerator.GetBytes(Bytes);
        byte[] sealedBytes = new byte[sealer.SealedLength(Bytes, "video/mp4")];
        await sealer.SealAsync(new MemoryStream(plaintext), new MemoryStream(sealedBytes), "video/mp4");
        var ratios = new List<(double Seal, double Unseal, double Bare)>();
        for (int i = 0; i < Rounds; i++)
        {
            double bare = Bare(plaintext);
            var watch = Stopwatch.StartNew();
            await sealer.SealAsync(new MemoryStream(plaintext), Stream.Null, "video/mp4");
            double seal = Bytes / 1e6 / watch.Elapsed.TotalSeconds;
            watch.Restart();
            await Unsealer.UnsealAsync(new MemoryStream(sealedBytes), key, Stream.Null);
            ratios.Add((seal, Bytes / 1e6 / watch.Elapsed.TotalSeconds, bare));
        }

        double Median(Func<(double Seal, double Unseal, double Bare), double> of) => ratios.Select(of).Order().ElementAt(Rounds / 2);
        Console.WriteLine(
            $"sealing  {Median(r => r.Seal),9:0} MB/s sealed, {Median(r => r.Unseal):0} MB/s unsealed; bare AES-256-GCM {Median(r => r.Bare):0} MB/s; ratios {Median(r => r.Seal / r.Bare):0.00} and {Median(r => r.Unseal / r.Bare):0.00}");
    }

    private static double Bare(byte[] plaintext)
    {
        using var aes = new AesGcm(new byte[32], 16);
        byte[] output = new byte[Block], nonce = new byte[12], tag = new byte[16];
        var watch = Stopwatch.StartNew();
        for (int at = 0; at < plaintext.Length; at += Block)
        {
            BitConverter.TryWriteBytes(nonce, at);
            aes.Encrypt(nonce, plaintext.AsSpan(at, Block), output, tag);
        }

        return plaintext.Length / 1e6 / watch.Elapsed.TotalSeconds;
    }
}
