namespace Guardian.EdgeSimulator.Load;

/// <summary>What is to be sent.</summary>
/// <param name="Work">Folder of the queue.</param>
/// <param name="CameraId">The camera that the events are of.</param>
/// <param name="Events">Events to queue; 0 sends only what waits from before.</param>
/// <param name="ClipBytes">Size of each event's clip before it is sealed; 0 sends no clips.</param>
/// <param name="Interval">Time between two events; zero queues them as fast as the disk takes them.</param>
internal sealed record LoadSettings(string Work, string CameraId, int Events, int ClipBytes, TimeSpan Interval);
