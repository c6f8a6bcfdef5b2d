namespace Guardian.Models;

/// <summary>A model file that is to be tried.</summary>
/// <param name="File">Its path.</param>
/// <param name="MemoryBytes">Memory that it may take, beyond what the process has without it.</param>
/// <param name="TimeLimit">Time that loading and one run may take together.</param>
/// <param name="Inputs">The shape of each input; they are filled with zeros.</param>
public sealed record ModelProbeRequest(string File, long MemoryBytes, TimeSpan TimeLimit, IReadOnlyDictionary<string, IReadOnlyList<long>> Inputs);
