namespace Guardian.Models.Onnx;

/// <summary>A named tensor inside one graph: an input, a constant or the result of a node.</summary>
internal readonly record struct GraphValue(string Name);
