namespace Guardian.Models.Onnx;

/// <summary>One axis of a graph input or output: a fixed length, or a name for a length known only at run time.</summary>
internal readonly record struct OnnxDimension(long Length, string? Name)
{
    public static implicit operator OnnxDimension(long length) => new(length, null);

    public static implicit operator OnnxDimension(string name) => new(0, name);

    public TensorShapeProto.Types.Dimension ToProto() =>
        Name is null ? new TensorShapeProto.Types.Dimension { DimValue = Length } : new TensorShapeProto.Types.Dimension { DimParam = Name };
}
