namespace Guardian.Tunnel.Tests;

/// <summary>Makes hostile bytes of sound ones, the same from the same seed.</summary>
internal static class MessageMutator
{
    /// <summary>Flips, cuts, repeats and inserts; every tenth is noise from end to end.</summary>
    public static byte[] Mutate(byte[] seed, Random random, int number)
    {
        if (number % 10 == 0)
        {
            byte[] noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            return noise;
        }

        var bytes = new List<byte>(seed);
        for (int k = random.Next(1, 5); k > 0 && bytes.Count > 0; k--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 6)));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, 20)));
                    break;
                default:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
            }
        }

        return [.. bytes];
    }
}
