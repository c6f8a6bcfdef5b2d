using System.Text.RegularExpressions;
using Guardian.Console.Tests.Browser;
using Guardian.Console.Tests.Node;
using Guardian.ReferenceHost.Api;
using Guardian.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Guardian.Console.Tests;

/// <summary>The list of events, and how it stays fresh.</summary>
[Collection(SharedBrowser.Name)]
public sealed class TimelineTests(ConsoleFixture fixture)
{
    private const int Limit = 90_000;

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task events_are_listed_newest_first_with_severity_score_and_strongest_reason()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync();

        ILocator rows = session.Page.Locator("#event-list .event");
        await Expect(rows).ToHaveCountAsync(5);
        await Expect(rows.Nth(0)).ToContainTextAsync("Pending");
        ILocator person = rows.Nth(1);
        await Expect(person.Locator(".severity")).ToHaveTextAsync("Critical");
        await Expect(person.Locator(".event-title")).ToHaveTextAsync("New object");
        await Expect(person.Locator(".score")).ToHaveTextAsync("86");
        await Expect(person.Locator(".event-camera")).ToHaveTextAsync("Front door");
        await Expect(person.Locator(".event-reason")).ToHaveTextAsync("'person' was detected with confidence 0.91.");
        await Expect(person.Locator("time")).ToHaveTextAsync(new Regex("^[0-9]{2}:[0-9]{2}:[0-9]{2}$"));
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task filters_by_camera_and_by_severity_narrow_the_list()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync();
        ILocator rows = session.Page.Locator("#event-list .event");
        await Expect(rows).ToHaveCountAsync(5);

        await session.Page.GetByLabel("Severity").SelectOptionAsync("medium");
        await Expect(rows).ToHaveCountAsync(2);
        await session.Page.GetByLabel("Severity").SelectOptionAsync("");
        await session.Page.Locator("#filter-camera").SelectOptionAsync("driveway");
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows).ToContainTextAsync("Unusual time");

        await session.Page.GetByLabel("Severity").SelectOptionAsync("critical");
        await Expect(session.Page.Locator("#events-empty")).ToBeVisibleAsync();
        await Expect(session.Page.Locator("#events-empty")).ToContainTextAsync("No event matches these filters");
        Assert.Contains(session.State.Requests, r => r.Path == "/events" && r.Query == "?limit=50&camera=driveway&severity=critical");
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_new_event_appears_by_itself_and_takes_neither_focus_nor_selection_nor_scroll()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        session.State.Events = [.. session.State.Events, .. Many(30)];
        await session.SignInAsync();
        await session.SelectAsync(Story.ParcelLeft);
        await session.Page.Locator(".timeline").EvaluateAsync("t => { t.scrollTop = 400; window.before = document.activeElement; }");
        int before = await session.Page.Locator("#event-list .event").CountAsync();

        session.State.Events = [Story.Judged(Guid.NewGuid(), "garden", 0, "new_object", "high", 71, "Something new.", "place_novelty"), .. session.State.Events];

        await Expect(session.Page.Locator("#event-list .event")).ToHaveCountAsync(before + 1);
        await Expect(session.Page.Locator("#event-list .event").First).ToContainTextAsync("Something new.");
        await Expect(session.Page.Locator("#event-list [aria-current='true']")).ToHaveAttributeAsync("data-id", Story.ParcelLeft.ToString());
        Assert.True(await session.Page.EvaluateAsync<bool>("() => window.before === document.activeElement && window.before.dataset.id !== undefined"));
        Assert.True(await session.Page.Locator(".timeline").EvaluateAsync<bool>("t => t.scrollTop >= 400"));
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_verdict_that_arrives_changes_the_event_in_place()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync($"#/events/{Story.StillPending}");
        await Expect(session.Page.Locator("#detail-title")).ToHaveTextAsync("Waits for analysis");
        await session.Page.Locator("#event-list .event").First.EvaluateAsync("row => { window.row = row; }");

        EventDetailDto judged = Story.Judged(Story.StillPending, "front-door", 1, "unusual_place", "high", 66, "The bench was moved.", "place_novelty");
        session.State.Events = [.. session.State.Events.Select(e => e.Event.Id == Story.StillPending ? judged : e)];

        await Expect(session.Page.Locator("#detail-title")).ToHaveTextAsync("Unusual place");
        await Expect(session.Page.Locator("#event-list .event").First).ToContainTextAsync("The bench was moved.");
        Assert.True(await session.Page.Locator("#event-list .event").First.EvaluateAsync<bool>("row => row === window.row"));
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task older_events_are_loaded_on_demand_and_stay()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        session.State.Events = Many(120);
        await session.SignInAsync();
        ILocator rows = session.Page.Locator("#event-list .event");
        await Expect(rows).ToHaveCountAsync(50);

        await session.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Show older events" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(100);
        int polls = session.State.CountOf("/events");
        await Eventually.IsTrueAsync(() => Task.FromResult(session.State.CountOf("/events") > polls + 1), "the page polls on");
        await Expect(rows).ToHaveCountAsync(100);

        await session.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Show older events" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(120);
        await Expect(session.Page.Locator("#more-events")).ToBeHiddenAsync();
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task an_empty_node_says_what_to_do_next()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        session.State.Events = [];
        session.State.Cameras = [];
        session.State.Models = [];
        session.State.Edges = [];
        session.State.Alerts = [];
        await session.SignInAsync();
        await Expect(session.Page.Locator("#events-empty")).ToContainTextAsync("No events yet");
        foreach ((string view, string words) in new[] { ("Cameras", "Enrol one"), ("Models", "as soon as enough"), ("Edges", "edge add"), ("Alerts", "No open alerts") })
        {
            await session.GoToViewAsync(view);
            await Expect(session.Page.Locator($"#{view.ToLowerInvariant()}-empty")).ToContainTextAsync(words);
        }
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_node_that_is_away_is_said_and_what_was_seen_stays()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync();
        await Expect(session.Page.Locator("#event-list .event")).ToHaveCountAsync(5);

        session.State.IsAway = true;
        await Expect(session.Page.Locator("#banner")).ToContainTextAsync("does not answer");
        await Expect(session.Page.Locator("#event-list .event")).ToHaveCountAsync(5);

        session.State.IsAway = false;
        await Expect(session.Page.Locator("#banner")).ToBeHiddenAsync();
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_hidden_tab_does_not_poll_and_a_shown_one_catches_up()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        DateTime start = TimeProvider.System.GetUtcNow().UtcDateTime;
        await session.Page.Clock.InstallAsync(new ClockInstallOptions { TimeDate = start });
        await session.Page.Clock.PauseAtAsync(start.AddMinutes(1));
        await session.SignInAsync();
        await Expect(session.Page.Locator("#event-list .event")).ToHaveCountAsync(5);
        await PollAsync(session);

        await SetHiddenAsync(session.Page, true);
        await Eventually.IsTrueAsync(() => Task.FromResult(session.InFlight == 0), "the last poll has ended");
        int polls = session.State.CountOf("/alerts");
        await session.Page.Clock.RunForAsync(60_000);
        Assert.Equal(0, session.InFlight);
        Assert.Equal(polls, session.State.CountOf("/alerts"));

        await SetHiddenAsync(session.Page, false);
        await Eventually.IsTrueAsync(() => Task.FromResult(session.State.CountOf("/alerts") > polls), "the page catches up at once");
        await PollAsync(session);
    }

    /// <summary>Drives the page's clock until it has asked the node again.</summary>
    private static async Task PollAsync(ConsoleSession session)
    {
        int polls = session.State.CountOf("/alerts");
        await Eventually.IsTrueAsync(
            async () =>
            {
                await session.Page.Clock.RunForAsync(2500);
                return session.State.CountOf("/alerts") > polls;
            },
            "the page polls");
    }

    private static Task<bool> SetHiddenAsync(IPage page, bool hidden) => page.EvaluateAsync<bool>(
        "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true }); return document.dispatchEvent(new Event('visibilitychange')); }", hidden);

    private static List<EventDetailDto> Many(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => Story.Judged(Guid.NewGuid(), "garden", 200 + i, "new_object", "low", 20, $"Number {i}.", "place_novelty")),
    ];
}
