using System.Text;

namespace Guardian.EndToEnd.Support;

/// <summary>An ONNX file of any size, written field by field: y = x × w, with as many weights as are wanted.</summary>
internal static class OnnxFile
{
    /// <param name="columns">Weights: 256 times as many, of four bytes each.</param>
    /// <param name="seed">Weights differ by it.</param>
    public static byte[] Make(int columns, int seed)
    {
        byte[] weights = new byte[256 * columns * 4];
        new Random(seed).NextBytes(weights);

        // Numbers of random bits would be NaN at times, which is of no consequence but slow.
        for (int i = 3; i < weights.Length; i += 4)
        {
            weights[i] = 0x3D;
        }

        byte[] node = [.. Text(1, "x"), .. Text(1, "w"), .. Text(2, "y"), .. Text(4, "MatMul")];
        byte[] tensor = [.. Number(1, 256), .. Number(1, columns), .. Number(2, 1), .. Text(8, "w"), .. Bytes(9, weights)];
        byte[] graph = [.. Bytes(1, node), .. Text(2, "g"), .. Bytes(5, tensor), .. Bytes(11, Value("x", 1, 256)), .. Bytes(12, Value("y", 1, columns))];
        return [.. Number(1, 8), .. Bytes(7, graph), .. Bytes(8, Number(2, 17))];
    }

    /// <summary>A file whose one node asks for 8 TiB.</summary>
    public static byte[] Bomb()
    {
        byte[] node = [.. Text(1, "s"), .. Text(2, "y"), .. Text(4, "ConstantOfShape")];
        byte[] tensor = [.. Number(1, 2), .. Number(2, 7), .. Text(8, "s"), .. Number(7, 1 << 20), .. Number(7, 1 << 21)];
        byte[] graph = [.. Bytes(1, node), .. Bytes(5, tensor), .. Bytes(11, Value("x", 1)), .. Bytes(12, Value("y", 1, 1))];
        return [.. Number(1, 8), .. Bytes(7, graph), .. Bytes(8, Number(2, 17))];
    }

    private static byte[] Value(string name, params long[] shape)
    {
        byte[] dimensions = [.. shape.SelectMany(d => Bytes(1, Number(1, d)))];
        return [.. Text(1, name), .. Bytes(2, Bytes(1, [.. Number(1, 1), .. Bytes(2, dimensions)]))];
    }

    private static byte[] Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Number(int field, long value) => [(byte)(field << 3), .. Varint(value)];

    private static byte[] Bytes(int field, byte[] bytes) => [(byte)((field << 3) | 2), .. Varint(bytes.Length), .. bytes];

    private static IEnumerable<byte> Varint(long value)
    {
        for (; value > 0x7F; value >>= 7)
        {
            yield return (byte)(value | 0x80);
        }

        yield return (byte)value;
    }
}
