namespace Guardian.Models.Inference;

/// <summary>What is normal under one kind of light.</summary>
/// <param name="Centre">Where its frames lie in the space of <see cref="NormalityModel.Light"/>.</param>
/// <param name="Places">The features' distribution at each place.</param>
/// <param name="Norm">What distances are normal at each place.</param>
/// <param name="Scales">For each of <see cref="MapParts"/>.</param>
internal sealed record NormalCondition(float[] Centre, PlaceGaussians Places, MapNorm Norm, IReadOnlyList<ScoreScale> Scales);
