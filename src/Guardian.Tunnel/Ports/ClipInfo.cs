namespace Guardian.Tunnel;

/// <summary>What is stored of a clip.</summary>
/// <param name="Complete">Whether it is all there.</param>
/// <param name="Bytes">Bytes that are stored durably.</param>
/// <param name="Format">Media type of what is sealed.</param>
public sealed record ClipInfo(bool Complete, long Bytes, string Format);
