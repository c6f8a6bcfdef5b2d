namespace Guardian.Models.Datasets;

/// <summary>What decoding a picture showed.</summary>
internal readonly record struct SnapshotPicture(int Width, int Height, ulong PerceptualHash, int Brightness);
