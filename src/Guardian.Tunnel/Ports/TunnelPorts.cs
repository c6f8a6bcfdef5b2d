namespace Guardian.Tunnel;

/// <summary>What the gateway needs from the rest of a node.</summary>
/// <param name="Events">Where events go.</param>
/// <param name="Clips">Where sealed clips go.</param>
/// <param name="Datasets">Where labelled snapshots go.</param>
/// <param name="Models">Where models come from.</param>
public sealed record TunnelPorts(IEventIntake Events, IClipIntake Clips, IDatasetIntake Datasets, IModelSource Models);
