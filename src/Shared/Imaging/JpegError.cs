namespace Guardian.Shared.Imaging;

/// <summary>Why a JPEG file was refused.</summary>
internal enum JpegError
{
    /// <summary>More bytes than <see cref="JpegLimits.MaxBytes"/>.</summary>
    TooManyBytes,

    /// <summary>No readable JPEG header: another format, or cut off inside the header.</summary>
    NotJpeg,

    /// <summary>Wider or higher than the limit, or more pixels than the limit, by its own header.</summary>
    TooLarge,

    /// <summary>Narrower or lower than the limit.</summary>
    TooSmall,

    /// <summary>A colour space other than grey, YCbCr and RGB (CMYK and YCCK come from print, not from cameras).</summary>
    ColourSpace,

    /// <summary>The picture data is damaged or cut off.</summary>
    Corrupt,
}
