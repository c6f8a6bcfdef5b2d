namespace Guardian.Events;

/// <summary>How far an event has come. Each step is leased, done, and recorded; a killed process leaves the event at the step it was at.</summary>
public enum EventStage
{
    /// <summary>Stored; waits for its verdict.</summary>
    Pending = 1,

    /// <summary>Has its verdict; its frames wait to be sealed and archived.</summary>
    Analysed = 2,

    /// <summary>Its frames are in the archive and no longer here.</summary>
    Released = 3,
}
