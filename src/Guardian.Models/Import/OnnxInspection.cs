namespace Guardian.Models.Import;

/// <summary>What the check of a file's bytes found.</summary>
/// <param name="File">What it says.</param>
/// <param name="Inputs">The shape that each input is tried with.</param>
/// <param name="Opset">Operator set of the default domain.</param>
/// <param name="MemoryBytes">Bytes that it may take when it runs: its weights twice, as a runtime arranges them anew, and its values.</param>
internal sealed record OnnxInspection(OnnxFile File, IReadOnlyDictionary<string, long[]> Inputs, int Opset, long MemoryBytes)
{
    /// <summary>Checks a file's bytes. No runtime sees them.</summary>
    /// <param name="stream">The file, from its beginning; it can seek.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="width">Width that open inputs are tried with; null for the limit's.</param>
    /// <param name="height">Height that open inputs are tried with; null for the limit's.</param>
    /// <exception cref="OnnxRefusedException">It is not taken.</exception>
    public static OnnxInspection Of(Stream stream, long length, int? width, int? height)
    {
        OnnxFile file = OnnxFileReader.Read(stream, length);
        if (file.IrVersion is < OnnxLimits.MinIr or > OnnxLimits.MaxIr)
        {
            throw new OnnxRefusedException($"ir_version: {file.IrVersion}; {OnnxLimits.MinIr} to {OnnxLimits.MaxIr} are taken");
        }

        if (!file.Opsets.TryGetValue("", out long opset) || opset is < OnnxLimits.MinOpset or > OnnxLimits.MaxOpset)
        {
            throw new OnnxRefusedException($"opset_import: the default domain's is {opset}; {OnnxLimits.MinOpset} to {OnnxLimits.MaxOpset} are taken");
        }

        if (file.Opsets.Keys.FirstOrDefault(d => d is not ("" or "ai.onnx.ml" or "com.microsoft")) is { } foreign)
        {
            throw new OnnxRefusedException($"opset_import: domain '{foreign}' is not known");
        }

        HashSet<string> weights = [.. file.Initializers.Select(i => i.Name)];
        OnnxValueInfo[] inputs = [.. file.Inputs.Where(i => !weights.Contains(i.Name))];
        if (inputs.Length is 0 or > OnnxLimits.Values || file.Outputs.Count == 0)
        {
            throw new OnnxRefusedException($"inputs, outputs: 1 to {OnnxLimits.Values} of each are needed");
        }

        var shapes = new Dictionary<string, long[]>(StringComparer.Ordinal);
        foreach (OnnxValueInfo input in inputs)
        {
            if (OnnxTensor.SizeOf(input.Type) == 0 || !shapes.TryAdd(input.Name, Close(input.Dimensions, width, height)))
            {
                throw new OnnxRefusedException($"input {input.Name}: its type {input.Type} is not taken, or it is there twice");
            }
        }

        long values = ShapeInference.Check(file, shapes);
        return new OnnxInspection(file, shapes, (int)opset, (2 * file.WeightBytes) + values);
    }

    /// <summary>Open dimensions of pictures become the size that was said, all others one: a batch of one frame.</summary>
    private static long[] Close(long?[] dimensions, int? width, int? height)
    {
        long w = width ?? OnnxLimits.OpenSide, h = height ?? OnnxLimits.OpenSide;
        return [.. dimensions.Select((d, i) => d ?? (dimensions.Length, i) switch
        {
            (4, 2) => h,
            (4, 3) => w,
            (3, 0) => h,
            (3, 1) => w,
            _ => 1,
        })];
    }
}
