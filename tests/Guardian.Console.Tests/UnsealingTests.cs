using System.Text.RegularExpressions;
using Guardian.Console.Tests.Browser;
using Guardian.Console.Tests.Node;
using Guardian.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Guardian.Console.Tests;

/// <summary>Frames and clips open in the viewer's browser, and only there.</summary>
[Collection(SharedBrowser.Name)]
public sealed class UnsealingTests(ConsoleFixture fixture)
{
    private const int Limit = 90_000;

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_frame_stays_sealed_until_the_key_opens_it()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync($"#/events/{Story.PersonAtDoor}");
        await Expect(session.Page.Locator(".stage")).ToContainTextAsync("cannot open it");
        await Expect(session.Page.Locator(".stage img")).ToHaveCountAsync(0);

        await session.UnlockAsync();

        ILocator image = session.Page.Locator(".stage img");
        await Expect(image).ToBeVisibleAsync();
        await Eventually.IsTrueAsync(() => image.EvaluateAsync<bool>("i => i.complete && i.naturalWidth > 0"), "the frame is drawn");
        Assert.Equal(Footage.Width, await image.EvaluateAsync<int>("i => i.naturalWidth"));
        Assert.StartsWith("blob:", await image.GetAttributeAsync("src"), StringComparison.Ordinal);
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task regions_are_drawn_over_the_frame_and_can_be_taken_away()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync($"#/events/{Story.PersonAtDoor}");
        await session.UnlockAsync();

        ILocator region = session.Page.Locator(".overlay .region");
        await Expect(region).ToHaveCountAsync(1);
        await Expect(region).ToHaveAttributeAsync("x", "216");
        await Expect(session.Page.Locator(".overlay")).ToHaveAttributeAsync("viewBox", $"0 0 {Footage.Width} {Footage.Height}");
        await Expect(session.Page.Locator(".region-label")).ToHaveTextAsync("person 91 %");

        await session.Page.GetByLabel("Boxes").UncheckAsync();
        await Expect(region).ToHaveCountAsync(0);
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task every_frame_can_be_chosen()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync($"#/events/{Story.PersonAtDoor}");
        await session.UnlockAsync();

        for (int n = 1; n <= 3; n++)
        {
            await session.Page.Locator(".strip").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = $"Frame {n}" }).ClickAsync();
            await Expect(session.Page.Locator(".stage img")).ToHaveAttributeAsync("alt", $"Frame {n}, with person");
            Assert.Contains(session.State.Requests, r => r.Path == $"/events/{Story.PersonAtDoor}/snapshots/{n}");
        }
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task the_clip_is_fetched_in_ranges_and_plays()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync($"#/events/{Story.PersonAtDoor}");
        await session.UnlockAsync();
        await OpenClipAsync(session);

        ILocator video = session.Page.Locator(".stage video");
        await Expect(video).ToBeVisibleAsync();
        await Eventually.IsTrueAsync(() => video.EvaluateAsync<bool>("v => v.readyState >= 2 && v.duration > 3"), "the clip is decoded");
        await video.EvaluateAsync("async v => { await v.play(); }");
        await Eventually.IsTrueAsync(() => video.EvaluateAsync<bool>("v => v.currentTime > 0.2"), "the clip runs");

        ApiRequest[] ranges = [.. session.State.Requests.Where(r => r.Path.EndsWith("/clip", StringComparison.Ordinal))];
        Assert.True(ranges.Length > 1, "a clip of more than one range was expected");
        Assert.All(ranges, r => Assert.Matches("^bytes=[0-9]+-[0-9]+$", r.Range));
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task progress_is_shown_while_a_clip_is_fetched_and_leaving_stops_it()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        var held = new TaskCompletionSource<IRoute>(TaskCreationOptions.RunContinuationsAsynchronously);
        await session.Page.RouteAsync("**/clip", async route =>
        {
            if (route.Request.Headers["range"].StartsWith("bytes=0-", StringComparison.Ordinal) || !held.TrySetResult(route))
            {
                await route.ContinueAsync();
            }
        });
        await session.SignInAsync($"#/events/{Story.PersonAtDoor}");
        await session.UnlockAsync();
        await OpenClipAsync(session);

        ILocator progress = session.Page.Locator(".stage progress");
        await Expect(progress).ToBeVisibleAsync();
        await Expect(session.Page.Locator(".progress-text")).ToHaveTextAsync(new Regex("^Opening… [0-9.]+ (KiB|MiB) of [0-9.]+ MiB$"));
        await Eventually.IsTrueAsync(() => progress.EvaluateAsync<bool>("p => p.value > 0 && p.value < 1"), "the bar stands between its ends");

        IRoute second = await held.Task;
        await session.SelectAsync(Story.ParcelLeft);
        await Eventually.IsTrueAsync(() => Task.FromResult(second.Request.Failure is not null), "the request is given up");
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_wrong_passphrase_gives_words_and_no_frame()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync($"#/events/{Story.PersonAtDoor}");
        await session.TryUnlockAsync("not the passphrase");

        await Expect(session.Page.Locator("#unlock-error")).ToHaveTextAsync("The passphrase does not open this key.");
        await Expect(session.Page.Locator(".stage img")).ToHaveCountAsync(0);
        await Expect(session.Page.Locator("#lock-button")).ToBeHiddenAsync();
        Assert.DoesNotContain(session.State.Requests, r => r.Path.Contains("snapshots", StringComparison.Ordinal));

        await session.TryUnlockAsync(Customer.Passphrase);
        await Expect(session.Page.Locator(".stage img")).ToBeVisibleAsync();
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_file_that_is_no_key_gives_words()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync();
        await session.TryUnlockAsync("anything", "just some text");
        await Expect(session.Page.Locator("#unlock-error")).ToContainTextAsync("not a PEM file");
        await session.TryUnlockAsync("anything", fixture.Customer.PublicKey.ToPem());
        await Expect(session.Page.Locator("#unlock-error")).ToContainTextAsync("public half");
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_tampered_clip_gives_words_and_no_video()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        byte[] clip = [.. session.State.Objects[$"{Story.PersonAtDoor}/clip"]];
        clip[^100_000] ^= 1;
        session.State.Objects[$"{Story.PersonAtDoor}/clip"] = clip;
        await session.SignInAsync($"#/events/{Story.PersonAtDoor}");
        await session.UnlockAsync();
        await OpenClipAsync(session);

        await Expect(session.Page.Locator(".stage")).ToContainTextAsync("its seal does not verify", new LocatorAssertionsToContainTextOptions { IgnoreCase = true });
        await Expect(session.Page.Locator(".stage video")).ToHaveCountAsync(0);
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_clip_that_was_cut_gives_words_and_no_video()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        byte[] clip = session.State.Objects[$"{Story.PersonAtDoor}/clip"];
        session.State.Objects[$"{Story.PersonAtDoor}/clip"] = clip[..^70_000];
        await session.SignInAsync($"#/events/{Story.PersonAtDoor}");
        await session.UnlockAsync();
        await OpenClipAsync(session);

        await Expect(session.Page.Locator(".stage")).ToContainTextAsync("It cannot be shown");
        await Expect(session.Page.Locator(".stage video")).ToHaveCountAsync(0);
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_frame_for_another_key_gives_words()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        using var other = new Customer();
        session.State.Objects[$"{Story.PersonAtDoor}/snapshots/1"] = await other.SealAsync((await fixture.FootageAsync()).Frames[0], "image/jpeg");
        await session.SignInAsync($"#/events/{Story.PersonAtDoor}");
        await session.UnlockAsync();
        await Expect(session.Page.Locator(".stage")).ToContainTextAsync("sealed to another key");
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task content_of_a_type_that_is_no_picture_or_clip_is_not_handed_to_the_browser()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        session.State.Objects[$"{Story.PersonAtDoor}/snapshots/1"] = await fixture.Customer.SealAsync("<script>1</script>"u8.ToArray(), "text/html");
        await session.SignInAsync($"#/events/{Story.PersonAtDoor}");
        await session.UnlockAsync();
        await Expect(session.Page.Locator(".stage")).ToContainTextAsync("which is not shown here");
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task locking_takes_the_frames_away()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync($"#/events/{Story.PersonAtDoor}");
        await session.UnlockAsync();
        ILocator image = session.Page.Locator(".stage img");
        await Expect(image).ToBeVisibleAsync();
        string url = (await image.GetAttributeAsync("src"))!;

        await session.Page.Locator("#lock-button").ClickAsync();

        await Expect(image).ToHaveCountAsync(0);
        await Expect(session.Page.Locator(".stage")).ToContainTextAsync("Sealed");
        await Expect(session.Page.Locator("#unlock-button")).ToBeFocusedAsync();
        Assert.True(await session.Page.EvaluateAsync<bool>(
            "url => new Promise(r => { const i = new Image(); i.onload = () => r(false); i.onerror = () => r(true); i.src = url; })", url));
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task nothing_opened_is_stored_anywhere()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync($"#/events/{Story.PersonAtDoor}");
        await session.UnlockAsync();
        await Expect(session.Page.Locator(".stage img")).ToBeVisibleAsync();

        string stored = await session.Page.EvaluateAsync<string>(
            """
            async () => JSON.stringify([
              Object.keys(sessionStorage), Object.keys(localStorage), document.cookie, await caches.keys(),
              (await indexedDB.databases()).map(d => d.name)])
            """);
        Assert.Equal("""[["guardian.api-token"],[],"",[],[]]""", stored);

        await session.Page.ReloadAsync();
        await Expect(session.Page.Locator(".stage")).ToContainTextAsync("Sealed");
    }

    private static Task OpenClipAsync(ConsoleSession session) =>
        session.Page.Locator(".strip").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Clip" }).ClickAsync();
}
