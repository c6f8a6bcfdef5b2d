namespace Guardian.Tunnel;

/// <summary>The answer to a request to upload a clip: exactly one of the three is set.</summary>
/// <param name="Sink">Takes the clip.</param>
/// <param name="Refusal">Why it is not taken.</param>
/// <param name="StoredBytes">It is stored already, with this many bytes.</param>
public sealed record ClipStart(IClipSink? Sink, ClipRefusal? Refusal = null, long? StoredBytes = null);
