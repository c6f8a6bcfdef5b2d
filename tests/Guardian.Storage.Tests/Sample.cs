namespace Guardian.Storage.Tests;

/// <summary>Keys and bytes that tests share.</summary>
internal static class Sample
{
    public static RecipientPrivateKey Customer { get; } = RecipientPrivateKey.Generate();

    public static byte[] Bytes(int count, int seed = 1)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static Task<byte[]> SealAsync(byte[] plaintext, string contentType = "video/mp4") => new Sealer(Customer.PublicKey).SealAsync(plaintext, contentType);

    public static async Task<byte[]> UnsealAsync(byte[] sealedBytes, RecipientPrivateKey? key = null)
    {
        using var output = new MemoryStream();
        await Unsealer.UnsealAsync(new MemoryStream(sealedBytes), key ?? Customer, output);
        return output.ToArray();
    }
}
