using Google.Protobuf;

namespace Guardian.Models.Onnx;

/// <summary>Node attributes, named by their type as the ONNX operator pages name them.</summary>
internal static class OnnxAttribute
{
    public static AttributeProto Int(string name, long value) => new()
    {
        Name = name,
        Type = AttributeProto.Types.AttributeType.Int,
        I = value,
    };

    public static AttributeProto Float(string name, float value) => new()
    {
        Name = name,
        Type = AttributeProto.Types.AttributeType.Float,
        F = value,
    };

    public static AttributeProto Text(string name, string value) => new()
    {
        Name = name,
        Type = AttributeProto.Types.AttributeType.String,
        S = ByteString.CopyFromUtf8(value),
    };

    public static AttributeProto Ints(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        foreach (long value in values)
        {
            attribute.Ints.Add(value);
        }

        return attribute;
    }
}
