using Guardian.Models.Inference;

namespace Guardian.Models.Training.Normality;

/// <summary>What <see cref="NormalityFit"/> has found.</summary>
/// <param name="Model">What is normal.</param>
/// <param name="Members">For each condition the frames to which it applies.</param>
/// <param name="Scores">Each frame's score by the Gaussians and norms that it had no say in.</param>
internal sealed record FittedNormality(NormalityModel Model, IReadOnlyList<int[]> Members, IReadOnlyList<float> Scores);
