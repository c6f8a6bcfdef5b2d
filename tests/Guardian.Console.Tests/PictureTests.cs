using Guardian.Console.Tests.Browser;
using Guardian.Console.Tests.Node;
using Guardian.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Guardian.Console.Tests;

/// <summary>Takes pictures of the page for people to look at: into <c>artifacts/screenshots</c>, and with <c>GUARDIAN_WRITE_IMAGES=1</c> the one of the docs.</summary>
[Collection(SharedBrowser.Name)]
public sealed class PictureTests(ConsoleFixture fixture)
{
    private const int MaxDocumentationImage = 300 * 1024;
    private const string TurboJpeg = "/usr/lib/x86_64-linux-gnu/libturbojpeg.so.0";

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", TurboJpeg, Timeout = 180_000)]
    public async Task pictures_of_every_view_are_taken()
    {
        Footage yard = await Footage.YardAsync();
        await VisitAsync("light", yard, new BrowserNewContextOptions { ViewportSize = Size(1360, 900), ColorScheme = ColorScheme.Light });
        await VisitAsync("dark", yard, new BrowserNewContextOptions { ViewportSize = Size(1360, 900), ColorScheme = ColorScheme.Dark });
        await VisitAsync("narrow", yard, new BrowserNewContextOptions { ViewportSize = Size(375, 740), ColorScheme = ColorScheme.Light, DeviceScaleFactor = 2 });

        if (Environment.GetEnvironmentVariable("GUARDIAN_WRITE_IMAGES") == "1")
        {
            string image = Repository.PathTo("docs", "images", "console.png");
            Directory.CreateDirectory(Path.GetDirectoryName(image)!);
            await Footage.ReducePngAsync(Picture("light", "event"), image);
            Assert.InRange(new FileInfo(image).Length, 1, MaxDocumentationImage);
        }
    }

    private async Task VisitAsync(string name, Footage yard, BrowserNewContextOptions options)
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture, options, yard);
        await session.GotoAsync();
        await Expect(session.Page.Locator("#node-version")).ToContainTextAsync("Guardian node");
        await TakeAsync(session, name, "sign-in");
        await session.SignInAsync();
        await Expect(session.Page.Locator("#event-list .event")).ToHaveCountAsync(5);
        await TakeAsync(session, name, "events");
        await session.SelectAsync(Story.PersonAtDoor);
        await Expect(session.Page.Locator(".stage")).ToContainTextAsync("Sealed");
        await TakeAsync(session, name, "sealed");
        await session.Page.Locator("#unlock-button").ClickAsync();
        await TakeAsync(session, name, "unlock");
        await session.UnlockAsync();
        await session.Page.Locator(".strip").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Frame 2" }).ClickAsync();
        await Expect(session.Page.Locator(".overlay .region")).ToHaveCountAsync(1);
        await TakeAsync(session, name, "event");
        foreach (string view in new[] { "Cameras", "Models", "Edges", "Archive", "Alerts" })
        {
            await session.GoToViewAsync(view);
            ILocator shown = session.Page.Locator($"#view-{view.ToLowerInvariant()}");
            await Expect(shown.Locator("tbody tr, .card, .alert").First).ToBeVisibleAsync();
            await TakeAsync(session, name, view.ToLowerInvariant());
        }
    }

    private static Task<byte[]> TakeAsync(ConsoleSession session, string name, string what) =>
        session.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Picture(name, what), FullPage = name == "narrow" });

    private static string Picture(string name, string what) => Repository.PathTo("artifacts", "screenshots", $"console-{name}-{what}.png");

    private static ViewportSize Size(int width, int height) => new() { Width = width, Height = height };
}
