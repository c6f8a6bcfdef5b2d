namespace Guardian.Models.Inference;

/// <summary>What patch errors are normal at each place of the picture; row-major [map, map], in the unit of pixel values (0 to 1).</summary>
internal sealed record PatchStatistics(float[] Mean, float[] Deviation);
