namespace Guardian.Models.Import;

/// <summary>An ONNX file is not taken; the message says why and stays inside this package.</summary>
internal sealed class OnnxRefusedException(string reason) : Exception(reason);
