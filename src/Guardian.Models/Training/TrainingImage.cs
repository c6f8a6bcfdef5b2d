namespace Guardian.Models;

/// <summary>One normal frame to train on.</summary>
/// <param name="Name">Says which frame it is in log and error messages: a file name or snapshot id, at most 256 characters.</param>
/// <param name="Jpeg">The JPEG file, at most 4 MiB.</param>
public readonly record struct TrainingImage(string Name, ReadOnlyMemory<byte> Jpeg);
