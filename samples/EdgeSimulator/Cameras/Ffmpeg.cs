using System.Diagnostics;
using System.Globalization;

namespace Guardian.EdgeSimulator.Cameras;

/// <summary>Runs ffmpeg and ffprobe, which must be on PATH.</summary>
internal static class Ffmpeg
{
    private static readonly byte[] JpegStart = [0xff, 0xd8], JpegEnd = [0xff, 0xd9];

    /// <summary>Seconds of a file.</summary>
    public static async Task<double> DurationAsync(string file, CancellationToken cancellationToken)
    {
        byte[] output = await RunAsync("ffprobe", ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", file], null, cancellationToken);
        return double.TryParse(System.Text.Encoding.ASCII.GetString(output).Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds > 0
            ? seconds
            : throw new InvalidOperationException($"{file}: ffprobe finds no duration");
    }

    /// <summary>Frames of a file or stream as JPEG, at most 768 pixels wide.</summary>
    public static async Task<List<byte[]>> FramesAsync(string input, double framesPerSecond, double maxSeconds, CancellationToken cancellationToken)
    {
        string rate = framesPerSecond.ToString("0.####", CultureInfo.InvariantCulture);
        string[] transport = input.StartsWith("rtsp://", StringComparison.OrdinalIgnoreCase) ? ["-rtsp_transport", "tcp"] : [];
        byte[] stream = await RunAsync(
            "ffmpeg",
            [
                "-v", "error", "-nostdin", .. transport, "-i", input, "-t", maxSeconds.ToString("0.###", CultureInfo.InvariantCulture), "-an",
                "-vf", $"fps={rate},scale='min(768,iw)':-2", "-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p", "-f", "image2pipe", "-",
            ],
            null,
            cancellationToken);
        return Split(stream);
    }

    /// <summary>An H.264 MP4 of JPEG frames.</summary>
    public static async Task EncodeAsync(IEnumerable<byte[]> frames, int framesPerSecond, string file, CancellationToken cancellationToken)
    {
        byte[] input = [.. frames.SelectMany(f => f)];
        await RunAsync(
            "ffmpeg",
            [
                "-v", "error", "-y", "-f", "image2pipe", "-c:v", "mjpeg", "-framerate", framesPerSecond.ToString(CultureInfo.InvariantCulture), "-i", "-",
                "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p", "-movflags", "+faststart", file,
            ],
            input,
            cancellationToken);
    }

    private static List<byte[]> Split(byte[] stream)
    {
        // A JPEG of ffmpeg has no thumbnail inside and stuffs 0xff in its data, so the markers delimit pictures.
        var frames = new List<byte[]>();
        for (int start = stream.AsSpan().IndexOf(JpegStart); start >= 0 && start < stream.Length;)
        {
            int end = stream.AsSpan(start).IndexOf(JpegEnd);
            if (end < 0)
            {
                break;
            }

            frames.Add(stream[start..(start + end + 2)]);
            int next = stream.AsSpan(start + end + 2).IndexOf(JpegStart);
            start = next < 0 ? stream.Length : start + end + 2 + next;
        }

        return frames;
    }

    private static string OneLine(string text) => string.Join("; ", text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private static async Task<byte[]> RunAsync(string program, string[] arguments, byte[]? input, CancellationToken cancellationToken)
    {
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = input is not null };
        process.Start();
        await using CancellationTokenRegistration kill = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        using var output = new MemoryStream();
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        Task reading = process.StandardOutput.BaseStream.CopyToAsync(output, CancellationToken.None);
        if (input is not null)
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken);
            process.StandardInput.Close();
        }

        await reading;
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? output.ToArray() : throw new InvalidOperationException($"{program}: {OneLine(await errors)}");
    }
}
