namespace Guardian.Models.Inference;

/// <summary>What reconstruction errors of the autoencoder are normal.</summary>
/// <param name="Norm">At each place.</param>
/// <param name="Scale">Of the strongest places' mean.</param>
internal sealed record ReconstructionNorm(MapNorm Norm, ScoreScale Scale);
