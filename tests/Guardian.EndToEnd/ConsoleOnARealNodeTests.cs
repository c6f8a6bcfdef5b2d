using System.Diagnostics;
using System.Text.Json;
using Google.Protobuf;
using Guardian.EndToEnd.Support;
using Guardian.Storage;
using Guardian.Testing;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Guardian.EndToEnd;

/// <summary>From the edge's camera to the viewer's screen: a real node, its own page, a browser that opens what the node cannot.</summary>
public sealed class ConsoleOnARealNodeTests
{
    private const string Chromium = "/usr/bin/chromium";
    private static readonly string[] Arguments =
        ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];

    [RequiresFact(Chromium, "ffmpeg", Timeout = 180_000)]
    public async Task a_viewer_sees_the_frames_and_plays_the_clip_of_an_event()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        Guid id = await RaiseEventAsync(node);
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = Arguments });
        IPage page = await browser.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = 1360, Height = 900 } });
        var complaints = new List<string>();
        page.Console += (_, message) => complaints.AddRange(message.Type == "error" ? [message.Text] : []);
        page.PageError += (_, error) => complaints.Add(error);

        await page.GotoAsync($"{node.Node.Address}/#/events/{id}");
        await page.GetByLabel("API token").FillAsync(node.Node.Token!);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign in" }).ClickAsync();
        await Expect(page.Locator(".stage")).ToContainTextAsync("cannot open it");

        await page.Locator("#unlock-button").ClickAsync();
        await page.GetByLabel("Private key file").SetInputFilesAsync(node.File("customer.key.pem"));
        await page.GetByLabel("Passphrase").FillAsync(RunningNode.Passphrase);
        await page.Locator("#unlock-submit").ClickAsync();
        ILocator image = page.Locator(".stage img");
        await Expect(image).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = 20_000 });
        await Eventually.IsTrueAsync(() => image.EvaluateAsync<bool>("i => i.complete && i.naturalWidth === 640"), "the frame is drawn");

        await page.Locator(".strip").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Clip" }).ClickAsync();
        ILocator video = page.Locator(".stage video");
        await Expect(video).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = 20_000 });
        await Eventually.IsTrueAsync(() => video.EvaluateAsync<bool>("v => v.readyState >= 2 && v.duration > 1.5"), "the clip is decoded");
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Repository.PathTo("artifacts", "screenshots", "real-node.png") });
        Assert.Empty(complaints);
    }

    private static async Task<Guid> RaiseEventAsync(RunningNode node)
    {
        string jpeg = node.File("frame.jpg"), clip = node.File("clip.mp4");
        await FfmpegAsync("-f", "lavfi", "-i", "testsrc=size=640x480:duration=1", "-frames:v", "1", jpeg);
        await FfmpegAsync("-f", "lavfi", "-i", "testsrc=size=640x480:rate=10:duration=2", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart", clip);
        using EdgeClient client = await node.ConnectAsync();
        Guid id = Guid.NewGuid();
        long now = UnixNanoseconds.From(TimeProvider.System.GetUtcNow());
        var e = new Event { Id = id.ToString(), CameraId = "front-door", EventType = "anomaly", Timestamp = now, Confidence = 0.9, AnomalyScore = 12, AnomalyThreshold = 4 };
        e.Frames.Add(new Frame { Jpeg = ByteString.CopyFrom(await File.ReadAllBytesAsync(jpeg)), CapturedAt = now });
        await client.SendEventsAsync([e], CancellationToken.None);
        byte[] sealedClip = await new Sealer(node.Customer.PublicKey).SealAsync(await File.ReadAllBytesAsync(clip), "video/mp4");
        await client.UploadClipAsync(id, new MemoryStream(sealedClip), 5, null, CancellationToken.None);
        await Eventually.IsTrueAsync(
            async () =>
            {
                JsonElement detail = await node.Api.GetAsync($"events/{id}", CancellationToken.None);
                return detail.GetProperty("event").GetProperty("stage").GetString() == "released"
                    && detail.GetProperty("objects").EnumerateArray().All(o => o.GetProperty("status").GetString() == "completed");
            },
            "the event is archived");
        return id;
    }

    private static async Task FfmpegAsync(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", "-y", .. arguments]))!;
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
