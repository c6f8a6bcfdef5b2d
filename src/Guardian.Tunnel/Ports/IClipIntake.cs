namespace Guardian.Tunnel;

/// <summary>Where sealed clips go.</summary>
public interface IClipIntake
{
    /// <summary>Begins or resumes an upload.</summary>
    Task<ClipStart> BeginAsync(ClipRequest request, CancellationToken cancellationToken);

    /// <summary>What is stored of an event's clip.</summary>
    /// <returns>Null when nothing is, or the event is not this edge's.</returns>
    Task<ClipInfo?> GetInfoAsync(EdgeId edge, Guid eventId, CancellationToken cancellationToken);
}
