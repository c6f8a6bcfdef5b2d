namespace Guardian.Shared.Imaging;

/// <summary>What a JPEG file says about itself before anything is decoded.</summary>
internal readonly record struct JpegHeader(int Width, int Height);
