using Guardian.Shared.Imaging;

namespace Guardian.EdgeSimulator.Cameras;

/// <summary>
/// A video file or RTSP stream. Its first part is what is normal; the second part is what the model has not seen. For the event a person is pasted into the last
/// seconds.
/// </summary>
internal sealed class RecordedVideo : ICameraSource
{
    private const int MaxFrames = 900, MinFrames = 60, Quality = 90;
    private const double MaxRate = 10, LiveSeconds = 60, FirstPart = 0.6, EventSeconds = 6, PersonEntersAfter = 1;

    /// <summary>Share of the picture: somebody near the camera, larger than whoever passes in the distance.</summary>
    private const double PersonHeight = 0.62;

    private readonly List<byte[]> _frames;
    private readonly double _rate;
    private readonly DateTimeOffset _start;

    private RecordedVideo(string type, List<byte[]> frames, double rate, DateTimeOffset now)
    {
        Type = type;
        _frames = frames;
        _rate = rate;
        _start = now - TimeSpan.FromSeconds(frames.Count / rate);
    }

    public string Type { get; }

    public int EventFramesPerSecond => Math.Max(1, (int)Math.Round(_rate));

    private int Split => (int)(_frames.Count * FirstPart);

    private int EventStart => _frames.Count - Math.Min(_frames.Count / 4, (int)(EventSeconds * _rate));

    /// <exception cref="InvalidOperationException">ffmpeg cannot read it, or it is too short.</exception>
    public static async Task<RecordedVideo> OpenAsync(string input, DateTimeOffset now, CancellationToken cancellationToken)
    {
        bool live = input.Contains("://", StringComparison.Ordinal);
        double seconds = live ? LiveSeconds : await Ffmpeg.DurationAsync(input, cancellationToken);
        double rate = Math.Min(MaxRate, MaxFrames / seconds);
        List<byte[]> frames = await Ffmpeg.FramesAsync(input, rate, seconds, cancellationToken);
        return frames.Count >= MinFrames
            ? new RecordedVideo(live ? "rtsp" : "file", frames, rate, now)
            : throw new InvalidOperationException($"{input}: {frames.Count} frames, at least {MinFrames} are needed");
    }

    public IEnumerable<CameraFrame> NormalFrames(int count) => Spread(0, Split, count);

    public IEnumerable<CameraFrame> QuietFrames(int count) => Spread(Split, EventStart, count);

    public IEnumerable<CameraFrame> EventFrames()
    {
        int total = _frames.Count - EventStart;
        for (int i = 0; i < total; i++)
        {
            CameraFrame frame = Frame(EventStart + i);
            double seconds = i / _rate;
            yield return seconds < PersonEntersAfter ? frame : frame with { Jpeg = WithPerson(frame.Jpeg, (double)i / total, seconds) };
        }
    }

    private static byte[] WithPerson(byte[] jpeg, double way, double seconds)
    {
        var canvas = new Canvas(JpegDecoder.Decode(jpeg, JpegLimits.Default));
        Person.Paint(canvas, canvas.Width * (0.1 + (0.5 * way)), canvas.Height * 0.97, canvas.Height * PersonHeight, seconds * 2, light: 1);
        return canvas.ToJpeg(Quality);
    }

    private IEnumerable<CameraFrame> Spread(int from, int to, int count)
    {
        int available = to - from;
        for (int i = 0; i < Math.Min(count, available); i++)
        {
            yield return Frame(from + (int)((long)i * available / Math.Min(count, available)));
        }
    }

    private CameraFrame Frame(int index) => new(_frames[index], _start + TimeSpan.FromSeconds(index / _rate));
}
