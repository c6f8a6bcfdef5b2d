using Guardian.Shared.Imaging;

namespace Guardian.EdgeSimulator.Cameras;

/// <summary>
/// A video file or RTSP stream. Of every three stretches of two seconds the first two are what is normal and the third is what the model has not seen: what goes on in a
/// scene changes over its minutes, and a model is right to find strange what comes up only later. For the event a person is pasted into the last seconds.
/// </summary>
internal sealed class RecordedVideo : ICameraSource
{
    private const int MaxFrames = 900, MinFrames = 60, Quality = 90, StretchesInTurn = 3;
    private const double MaxRate = 10, LiveSeconds = 60, StretchSeconds = 2, EventSeconds = 6, PersonEntersAfter = 1;

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

    public IEnumerable<CameraFrame> NormalFrames(int count) => Spread([.. Quiet().Where(i => Stretch(i) % StretchesInTurn != StretchesInTurn - 1)], count);

    public IEnumerable<CameraFrame> QuietFrames(int count) => Spread([.. Quiet().Where(i => Stretch(i) % StretchesInTurn == StretchesInTurn - 1)], count);

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

    private IEnumerable<int> Quiet() => Enumerable.Range(0, EventStart);

    private int Stretch(int index) => (int)(index / (_rate * StretchSeconds));

    private IEnumerable<CameraFrame> Spread(int[] available, int count)
    {
        int taken = Math.Min(count, available.Length);
        return Enumerable.Range(0, taken).Select(i => Frame(available[(int)((long)i * available.Length / taken)]));
    }

    private CameraFrame Frame(int index) => new(_frames[index], _start + TimeSpan.FromSeconds(index / _rate));
}
