using System.Reflection;
using System.Runtime.InteropServices;

namespace Guardian.Shared.Imaging;

/// <summary>The TurboJPEG C interface (libjpeg-turbo 2.0 and later), as far as it is used here. https://libjpeg-turbo.org/Documentation</summary>
internal static unsafe partial class TurboJpeg
{
    public const int PixelFormatRgb = 0;
    public const int ColourSpaceCmyk = 3;
    public const int ColourSpaceYcck = 4;
    public const int Subsampling420 = 2;
    public const int FlagNoRealloc = 1024;
    public const int FlagAccurateDct = 4096;
    public const int FlagStopOnWarning = 8192;
    public const int FlagLimitScans = 32768;

    private const string Library = "turbojpeg";

    // The runtime packages install only the versioned name; the bare one comes with the development packages and with other systems.
    private static readonly string[] Names = ["libturbojpeg.so.0", "libturbojpeg", "turbojpeg"];

    static TurboJpeg() => NativeLibrary.SetDllImportResolver(typeof(TurboJpeg).Assembly, Resolve);

    [LibraryImport(Library, EntryPoint = "tjInitDecompress")]
    public static partial TurboJpegHandle CreateDecompressor();

    [LibraryImport(Library, EntryPoint = "tjInitCompress")]
    public static partial TurboJpegHandle CreateCompressor();

    [LibraryImport(Library, EntryPoint = "tjDestroy")]
    public static partial int Destroy(nint handle);

    [LibraryImport(Library, EntryPoint = "tjDecompressHeader3")]
    public static partial int ReadHeader(
        TurboJpegHandle handle, byte* jpeg, CULong size, out int width, out int height, out int subsampling, out int colourSpace);

    [LibraryImport(Library, EntryPoint = "tjDecompress2")]
    public static partial int Decompress(
        TurboJpegHandle handle, byte* jpeg, CULong size, byte* pixels, int width, int pitch, int height, int pixelFormat, int flags);

    [LibraryImport(Library, EntryPoint = "tjCompress2")]
    public static partial int Compress(
        TurboJpegHandle handle, byte* pixels, int width, int pitch, int height, int pixelFormat, ref byte* jpeg, ref CULong size, int subsampling, int quality, int flags);

    [LibraryImport(Library, EntryPoint = "tjBufSize")]
    public static partial CULong BufferSize(int width, int height, int subsampling);

    public static string LastError(TurboJpegHandle handle) => Marshal.PtrToStringUTF8(ErrorText(handle)) ?? "unknown error";

    [LibraryImport(Library, EntryPoint = "tjGetErrorStr2")]
    private static partial nint ErrorText(TurboJpegHandle handle);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library)
        {
            return 0;
        }

        foreach (string candidate in Names)
        {
            if (NativeLibrary.TryLoad(candidate, assembly, path, out nint library))
            {
                return library;
            }
        }

        throw new DllNotFoundException(
            "libjpeg-turbo's TurboJPEG library is not installed, and pictures cannot be read without it. "
            + "Install the package libturbojpeg0 (Debian: apt-get install libturbojpeg0) or libturbojpeg (Ubuntu).");
    }
}
