namespace Guardian.Tunnel;

/// <summary>What a comparison of the device with the registry came to.</summary>
/// <param name="Set">Peers that were added or brought to what they should be.</param>
/// <param name="Removed">Peers that should not be there.</param>
/// <param name="Confirmed">Candidates that had shaken hands and took over.</param>
/// <param name="Refused">Peers that were left out because an address of theirs is another's.</param>
public sealed record WireGuardReconciliation(int Set, int Removed, int Confirmed, int Refused);
