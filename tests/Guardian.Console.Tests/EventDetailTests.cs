using Guardian.Console.Tests.Browser;
using Guardian.Console.Tests.Node;
using Guardian.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Guardian.Console.Tests;

/// <summary>What the page says about one event.</summary>
[Collection(SharedBrowser.Name)]
public sealed class EventDetailTests(ConsoleFixture fixture)
{
    private const int Limit = 60_000;

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task every_reason_shows_its_factor_words_points_and_bar()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync();
        await session.SelectAsync(Story.PersonAtDoor);

        await Expect(session.Page.Locator("#detail-title")).ToHaveTextAsync("New object");
        await Expect(session.Page.Locator(".detail-score .figure")).ToHaveTextAsync("86");
        ILocator reasons = session.Page.Locator(".reason");
        await Expect(reasons).ToHaveCountAsync(6);
        ILocator detected = session.Page.Locator(".reason[data-factor='detected_object']");
        await Expect(detected.Locator(".factor")).ToHaveTextAsync("Detected object");
        await Expect(detected.Locator(".reason-text")).ToHaveTextAsync("'person' was detected with confidence 0.91.");
        await Expect(detected.Locator(".reason-points")).ToHaveTextAsync("+38");
        await Expect(detected.Locator(".bar-value")).ToHaveAttributeAsync("width", "100");
        await Expect(session.Page.Locator(".reason[data-factor='time_of_day'] .reason-points")).ToHaveTextAsync("−6");
        await Expect(session.Page.Locator(".reason[data-factor='assessment'] .bar")).ToHaveCountAsync(0);
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task each_stored_object_shows_how_far_it_is_on_its_way_to_the_archive()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync($"#/events/{Story.PersonAtDoor}");
        ILocator rows = session.Page.Locator(".objects tbody tr");
        await Expect(rows).ToHaveCountAsync(5);
        await Expect(rows.Filter(new LocatorFilterOptions { HasText = "clip.mp4" })).ToContainTextAsync("Archived");
        ILocator metadata = rows.Filter(new LocatorFilterOptions { HasText = "metadata.json" });
        await Expect(metadata).ToContainTextAsync("Goes to the archive");
        await Expect(metadata).ToContainTextAsync("the archive did not answer");
        await Expect(session.Page.Locator(".facts")).ToContainTextAsync("0.0624 (threshold 0.026)");
        await Expect(session.Page.Locator(".facts")).ToContainTextAsync("porch");
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task an_event_without_a_verdict_says_that_it_waits()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync($"#/events/{Story.StillPending}");
        await Expect(session.Page.Locator("#detail-title")).ToHaveTextAsync("Waits for analysis");
        await Expect(session.Page.Locator(".reasons")).ToContainTextAsync("has not judged this event yet");
        await Expect(session.Page.Locator(".stage")).ToContainTextAsync("still analyses the frames");
        await Expect(session.Page.Locator(".objects")).ToContainTextAsync("Nothing of this event is stored yet");
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_link_to_an_event_that_is_gone_says_so()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync("#/events/7c2f1f0a-3b2d-4a51-9c58-0d7a3f1bffff");
        await Expect(session.Page.Locator("#detail")).ToContainTextAsync("no such event");
        await Expect(session.Page.Locator("#banner")).ToBeHiddenAsync();
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task words_of_the_node_are_text_and_never_markup()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        const string hostile = "<img src=x onerror=alert(1)><b>bold</b>";
        session.State.Events = [Story.Judged(Story.ParcelLeft, hostile, 1, hostile, "high", 60, hostile, hostile)];
        await session.SignInAsync($"#/events/{Story.ParcelLeft}");
        await Expect(session.Page.Locator(".reason-text")).ToHaveTextAsync(hostile);
        await Expect(session.Page.Locator("#view-events b, #view-events img")).ToHaveCountAsync(0);
    }
}
