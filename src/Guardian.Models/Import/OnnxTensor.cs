namespace Guardian.Models.Import;

/// <summary>A constant of an ONNX file without its data; short lists of numbers are kept, because sizes may follow from them.</summary>
internal sealed record OnnxTensor(string Name, int Type, long[] Dimensions, double[]? Values)
{
    /// <summary>Bytes of an element of a type; 0 for a type that is not taken (text, complex and four-bit numbers).</summary>
    public static int SizeOf(int type) => type switch
    {
        1 or 6 or 12 => 4,
        2 or 3 or 9 => 1,
        4 or 5 or 10 or 16 => 2,
        7 or 11 or 13 => 8,
        _ => 0,
    };
}
