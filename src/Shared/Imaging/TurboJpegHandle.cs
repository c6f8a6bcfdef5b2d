using System.Runtime.InteropServices;

namespace Guardian.Shared.Imaging;

/// <summary>One TurboJPEG compressor or decompressor. Not thread-safe: one per call.</summary>
internal sealed class TurboJpegHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => TurboJpeg.Destroy(handle) == 0;
}
