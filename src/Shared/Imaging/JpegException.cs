namespace Guardian.Shared.Imaging;

/// <summary>A JPEG file that cannot be used; <see cref="Error"/> says why, the message says it in words.</summary>
internal sealed class JpegException(JpegError error, string message) : Exception(message)
{
    public JpegError Error { get; } = error;
}
