namespace Guardian.Tunnel;

/// <summary>What waits to be sent. The numbers are stored and never change.</summary>
internal enum QueuedKind
{
    Event = 1,
    Clip = 2,
}
