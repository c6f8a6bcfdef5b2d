namespace Guardian.Tunnel.Tests.Fuzz;

/// <summary>Runs alone: what other tests hold in the heap would be taken for the gateway's.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FuzzAlone
{
    public const string Name = "fuzz";
}
