namespace Guardian.Storage;

/// <summary>What a request to erase will do.</summary>
/// <param name="Objects">Objects that are to go. They are gone once they are no longer in the index; until then they count as <see cref="SealedObjectStatus.Deleting"/>.</param>
/// <param name="Held">Objects that a legal hold protects, and that stay.</param>
/// <param name="IsRefused">Whether a legal hold on the event, or on one of its objects' cameras, keeps all of it.</param>
public sealed record EraseResult(int Objects, int Held, bool IsRefused = false);
