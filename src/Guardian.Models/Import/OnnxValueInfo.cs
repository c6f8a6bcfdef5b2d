namespace Guardian.Models.Import;

/// <summary>An input or output of a graph; null dimensions are open.</summary>
internal sealed record OnnxValueInfo(string Name, int Type, long?[] Dimensions);
