using System.Diagnostics;
using Guardian.EdgeSimulator.Cameras;
using Guardian.ReferenceHost.Api;
using Guardian.Testing;

namespace Guardian.Console.Tests.Node;

/// <summary>What a camera saw: frames as JPEG, a clip as H.264 in MP4, and where the person is in the frames.</summary>
internal sealed record Footage(IReadOnlyList<byte[]> Frames, byte[] Clip, BoxDto Person)
{
    public const int Width = 640, Height = 480;

    /// <summary>A moving test card. Its noise makes the clip longer than one range request of the console.</summary>
    public static async Task<Footage> TestCardAsync()
    {
        using var folder = new TemporaryFolder();
        string source = $"testsrc2=size={Width}x{Height}:rate=10,noise=alls=24:allf=t";
        await FfmpegAsync("-f", "lavfi", "-i", source, "-frames:v", "3", "-q:v", "4", folder.File("frame-%d.jpg"));
        await FfmpegAsync(
            "-f", "lavfi", "-i", source, "-t", "4", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-pix_fmt", "yuv420p", "-movflags", "+faststart", folder.File("clip.mp4"));
        byte[][] frames = [.. Enumerable.Range(1, 3).Select(i => File.ReadAllBytes(folder.File($"frame-{i}.jpg")))];
        return new Footage(frames, await File.ReadAllBytesAsync(folder.File("clip.mp4")), new BoxDto("person", 0.91, 216, 222, 78, 178));
    }

    /// <summary>The demo's front yard with a person who walks in.</summary>
    public static async Task<Footage> YardAsync()
    {
        using var folder = new TemporaryFolder();
        var yard = new RenderedYard(seed: 7, DateTimeOffset.UnixEpoch);
        byte[][] frames = [.. yard.EventFrames().Select(f => f.Jpeg)];
        await Ffmpeg.EncodeAsync(frames, yard.EventFramesPerSecond, folder.File("clip.mp4"), CancellationToken.None);
        byte[][] chosen = [.. new[] { 33, 34, 35 }.Select(i => frames[i])];
        return new Footage(chosen, await File.ReadAllBytesAsync(folder.File("clip.mp4")), new BoxDto("person", 0.91, 166, 228, 68, 190));
    }

    /// <summary>Makes a picture small enough for the repository, with a palette of 256 colours.</summary>
    public static Task ReducePngAsync(string from, string to) =>
        FfmpegAsync("-i", from, "-vf", "split[a][b];[a]palettegen=stats_mode=full[p];[b][p]paletteuse=dither=none", "-compression_level", "100", to);

    private static async Task FfmpegAsync(params string[] arguments)
    {
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", "-y", .. arguments]) { RedirectStandardError = true };
        process.Start();
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, errors);
    }
}
