using System.Runtime.InteropServices;
using Google.Protobuf;
using Guardian.Models.Onnx;
using Guardian.Models.Training.Graph;

namespace Guardian.Models.Training;

/// <summary>The network's weights in a model file that this package wrote.</summary>
internal static class PreviousWeights
{
    /// <exception cref="ModelException">Not such a file, or a network of another size.</exception>
    public static Dictionary<string, float[]> Read(ReadOnlyMemory<byte> onnx, AutoencoderShape shape)
    {
        ILookup<string, TensorProto> constants;
        try
        {
            constants = ModelProto.Parser.ParseFrom(onnx.Span).Graph?.Initializer.ToLookup(t => t.Name) ?? throw new ModelException("Previous: the ONNX file has no graph.");
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new ModelException($"Previous: not an ONNX file: {e.Message}", isTransient: false, e);
        }

        return ParameterLayout.Of(shape).ToDictionary(s => s.Name, s => Values(s, constants[s.Name].FirstOrDefault()));
    }

    private static float[] Values(ParameterSpec spec, TensorProto? tensor)
    {
        if (tensor is null)
        {
            throw new ModelException($"Previous: the model has no '{spec.Name}'; it is of another kind, in 8 bits, or has other blocks.");
        }

        if (!tensor.Dims.SequenceEqual(spec.Dimensions) || tensor.DataType != (int)TensorProto.Types.DataType.Float || tensor.RawData.Length != spec.Length * sizeof(float))
        {
            throw new ModelException($"Previous: '{spec.Name}' is {string.Join('x', tensor.Dims)} there and {string.Join('x', spec.Dimensions)} here; input size, latent size and blocks must be the same.");
        }

        float[] values = MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();
        return Array.TrueForAll(values, float.IsFinite) ? values : throw new ModelException($"Previous: '{spec.Name}' has a value that is not a finite number.");
    }
}
