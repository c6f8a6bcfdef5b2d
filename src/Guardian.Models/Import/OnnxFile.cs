namespace Guardian.Models.Import;

/// <summary>What an ONNX file says, without its weights.</summary>
internal sealed class OnnxFile
{
    public long IrVersion { get; set; }

    public Dictionary<string, long> Opsets { get; } = new(StringComparer.Ordinal);

    public List<OnnxNode> Nodes { get; } = [];

    public List<OnnxTensor> Initializers { get; } = [];

    public List<OnnxValueInfo> Inputs { get; } = [];

    public List<OnnxValueInfo> Outputs { get; } = [];

    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    public long WeightBytes { get; set; }

    public string Producer { get; set; } = "";
}
