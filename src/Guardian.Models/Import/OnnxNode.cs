namespace Guardian.Models.Import;

/// <summary>A node of an ONNX graph.</summary>
internal sealed record OnnxNode(string Operator, string Domain, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, IReadOnlyDictionary<string, OnnxAttributeValue> Attributes)
{
    public string Title => Domain.Length == 0 ? Operator : $"{Domain}.{Operator}";

    public long Int(string name, long otherwise) => Attributes.TryGetValue(name, out OnnxAttributeValue? a) ? a.Int : otherwise;

    public long[]? Ints(string name) => Attributes.TryGetValue(name, out OnnxAttributeValue? a) ? a.Ints : null;

    public string Text(string name) => Attributes.TryGetValue(name, out OnnxAttributeValue? a) ? a.Text : "";
}
