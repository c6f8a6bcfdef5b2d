using Guardian.Models.Internal;
using Guardian.Shared.Imaging;

namespace Guardian.Models.Datasets;

/// <summary>What a snapshot must be before it is stored.</summary>
internal static class SnapshotCheck
{
    private static readonly JpegLimits Limits = JpegLimits.Default with { MinSide = 32 };

    /// <summary>Null when the fields are well formed.</summary>
    public static SnapshotIntake? Fields(DatasetSnapshot snapshot)
    {
        string? wrong =
            !Identifiers.IsSnapshot(snapshot.SnapshotId) ? $"SnapshotId must have 1 to {Identifiers.MaxLength} characters, none of them a control character."
            : !Identifiers.IsCamera(snapshot.CameraId) ? $"CameraId must be {Identifiers.CameraRule}."
            : !Identifiers.IsLabel(snapshot.Label) ? $"Label must be {Identifiers.LabelRule}."
            : snapshot.CapturedAt < DateTimeOffset.UnixEpoch ? "CapturedAt must not be before 1970."
            : SnapshotConditions.Fault(snapshot.Conditions);
        return wrong is null ? null : new SnapshotIntake(SnapshotOutcome.InvalidField, wrong);
    }

    /// <summary>Decodes the picture in full, because only that shows that it is complete.</summary>
    public static (SnapshotIntake? Refusal, SnapshotPicture Picture) Picture(ReadOnlySpan<byte> jpeg)
    {
        try
        {
            RgbImage image = JpegDecoder.Decode(jpeg, Limits);
            (ulong hash, int brightness) = PerceptualHash.Of(image);
            return (null, new SnapshotPicture(image.Width, image.Height, hash, brightness));
        }
        catch (JpegException e)
        {
            SnapshotOutcome outcome = e.Error switch
            {
                JpegError.TooManyBytes => SnapshotOutcome.TooManyBytes,
                JpegError.NotJpeg => SnapshotOutcome.NotJpeg,
                JpegError.TooLarge => SnapshotOutcome.TooLarge,
                JpegError.TooSmall => SnapshotOutcome.TooSmall,
                JpegError.ColourSpace => SnapshotOutcome.ColourSpace,
                _ => SnapshotOutcome.Corrupt,
            };
            return (new SnapshotIntake(outcome, e.Message), default);
        }
    }
}
