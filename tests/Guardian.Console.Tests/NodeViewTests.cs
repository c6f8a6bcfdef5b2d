using Guardian.Console.Tests.Browser;
using Guardian.Console.Tests.Node;
using Guardian.ReferenceHost.Api;
using Guardian.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Guardian.Console.Tests;

/// <summary>Cameras, models, edges and alerts.</summary>
[Collection(SharedBrowser.Name)]
public sealed class NodeViewTests(ConsoleFixture fixture)
{
    private const int Limit = 60_000;

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task each_camera_shows_how_far_it_is_on_its_way_to_a_model()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync("#/cameras");
        await Expect(Card(session, "Garden")).ToContainTextAsync("Needs snapshots: 31 of 50 labelled normal");
        await Expect(Card(session, "Garden").Locator("progress")).ToHaveAttributeAsync("value", "31");
        await Expect(Card(session, "Cellar")).ToContainTextAsync("Training begins shortly");
        await Expect(Card(session, "Driveway")).ToContainTextAsync("Training: epoch 14 of 40, about 76 s left");
        await Expect(Card(session, "Driveway")).ToContainTextAsync("Loss 0.00921, validation error 0.0114");
        await Expect(Card(session, "Front door")).ToContainTextAsync("Works with model front-door-v3");
        await Expect(Card(session, "Garden").Locator("[aria-current='step']")).ToHaveTextAsync("Snapshots");
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task progress_of_snapshots_and_training_moves_by_itself()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync("#/cameras");
        await Expect(Card(session, "Driveway")).ToContainTextAsync("epoch 14 of 40");

        session.State.Cameras = [.. session.State.Cameras.Select(c => c.Training is { } t ? c with { Training = t with { Epoch = 21, SecondsLeft = 55 } } : c)];
        await Expect(Card(session, "Driveway")).ToContainTextAsync("epoch 21 of 40, about 55 s left");

        session.State.Cameras =
        [
            .. session.State.Cameras.Select(c => c.Training is { } t
                ? c with { Readiness = "ready_for_training", Training = t with { State = "failed", Error = "two snapshots could not be read" } }
                : c),
        ];
        await Expect(Card(session, "Driveway")).ToContainTextAsync("The last training failed: two snapshots could not be read.");
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_camera_that_needs_snapshots_shows_what_it_has_and_what_is_missing()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync("#/cameras");
        ILocator garden = Card(session, "Garden");
        await Expect(garden.Locator(".missing li")).ToHaveCountAsync(2);
        await Expect(garden).ToContainTextAsync("Only 1 picture between 16:00 and 07:00. Collect at least 45 there.");
        await Expect(garden.GetByRole(AriaRole.Img, new LocatorGetByRoleOptions { NameString = "By hour of day: 06:00 1, 07:00 3" })).ToBeVisibleAsync();
        await Expect(garden.Locator("svg").First.Locator("rect")).ToHaveCountAsync(24);
        await Expect(Card(session, "Front door").Locator(".coverage")).ToHaveCountAsync(0);
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_training_is_cancelled_from_its_card()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync("#/cameras");
        ILocator driveway = Card(session, "Driveway"), button = driveway.GetByRole(AriaRole.Button);
        await Expect(driveway).ToContainTextAsync("learning rate 0.0012");
        await Expect(Card(session, "Garden").GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
        await button.ClickAsync();
        await Expect(driveway).ToContainTextAsync("Needs snapshots: 54 of 50 labelled normal");
        await Expect(button).ToHaveCountAsync(0);
        Assert.Equal(1, session.State.CountOf("/training/job-17/cancel"));
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task models_and_edges_are_listed()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync("#/models");
        ILocator active = session.Page.Locator("#model-rows tr").First;
        await Expect(active).ToContainTextAsync("front-door-v3");
        await Expect(active).ToContainTextAsync("Active");
        await Expect(active).ToContainTextAsync("0f6b8c1e55a2");

        await session.GoToViewAsync("Edges");
        ILocator edges = session.Page.Locator("#edge-rows tr");
        await Expect(edges).ToHaveCountAsync(3);
        await Expect(edges.Nth(0).Locator("[data-presence='here']")).ToContainTextAsync("ago");
        await Expect(edges.Nth(1)).ToContainTextAsync("Pending");
        await Expect(edges.Nth(1)).ToContainTextAsync("never");
        await Expect(edges.Nth(2).Locator("[data-presence='silent']")).ToHaveTextAsync("3 d ago");
        await Expect(edges.Nth(0).Locator("[data-health='healthy']")).ToHaveTextAsync("Healthy");
        await Expect(edges.Nth(0)).ToContainTextAsync("WireGuard, 12.5 ms");
        await Expect(edges.Nth(2).Locator(".health")).ToContainTextAsync("No telemetry for 3 days.");
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task rollouts_are_shown_with_their_figures_and_can_be_held_and_rolled_back()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync("#/models");
        await Expect(session.Page.Locator("#model-rows tr").Nth(2)).ToContainTextAsync("Any camera");
        ILocator night = session.Page.Locator("#rollout-rows tr").Nth(0), first = session.Page.Locator("#rollout-rows tr").Nth(1);
        await Expect(night).ToContainTextAsync("First edges");
        await Expect(night).ToContainTextAsync("0.5 % of 1200 frames alarmed");
        await Expect(first).ToContainTextAsync("false alarms: 4.00 % of 900 frames");
        await Expect(first.Locator("button")).ToHaveCountAsync(0);

        await night.GetByRole(AriaRole.Button, new() { Name = "Hold: night model" }).ClickAsync();
        await Expect(night).ToContainTextAsync("Held");
        await night.GetByRole(AriaRole.Button, new() { Name = "Roll back: night model" }).ClickAsync();
        await Expect(night).ToContainTextAsync("from the console");
        await Expect(night.Locator("button")).ToHaveCountAsync(0);
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task the_archive_shows_its_store_its_quotas_and_its_holds()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync("#/archive");
        ILocator usage = session.Page.Locator("#usage-rows tr");
        await Expect(usage).ToHaveCountAsync(3);
        await Expect(usage.Nth(0)).ToContainTextAsync("All cameras together");
        await Expect(usage.Nth(1)).ToContainTextAsync("85 %");
        await Expect(usage.Nth(1)).ToContainTextAsync("Nearly full");
        await Expect(usage.Nth(2)).ToContainTextAsync("No limit");
        await Expect(session.Page.Locator("#hold-rows tr")).ToContainTextAsync("Case 2026-114");
        await Expect(session.Page.Locator("#archive-facts [data-health='healthy']")).ToHaveTextAsync("Answers");
        await Expect(session.Page.Locator("#failed-part")).ToBeHiddenAsync();

        session.State.Archive = session.State.Archive with { Store = "down", LastError = "connection refused", Waiting = 2, WaitingBytes = 3 << 20, Failed = 1 };
        session.State.Failed =
        [
            new ArchivedObjectDto(Story.PersonAtDoor, "clip.mp4", "front-door", "failed", 5 << 20, "", null, "video/mp4", 1, [], "camera-front-door", "events/x/clip.mp4", "high", DateTimeOffset.UnixEpoch, null, null, 3,
                "the key is taken by another object"),
        ];
        await Expect(session.Page.Locator("#archive-facts")).ToContainTextAsync("connection refused");
        await Expect(session.Page.Locator("#archive-facts")).ToContainTextAsync("2 objects, 3.0 MiB");
        await Expect(session.Page.Locator("#failed-rows tr")).ToContainTextAsync("the key is taken by another object");
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task acknowledging_an_alert_takes_it_off_the_list_and_the_count()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync("#/alerts");
        ILocator alerts = session.Page.Locator("#alert-list .alert");
        await Expect(alerts).ToHaveCountAsync(2);
        await Expect(session.Page.Locator("#alert-count")).ToHaveTextAsync("2");

        await alerts.First.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(alerts).ToHaveCountAsync(1);
        await Expect(session.Page.Locator("#alert-count")).ToHaveTextAsync("1");
        Assert.Single(session.State.Alerts, a => a.AcknowledgedAt is not null);

        await alerts.First.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(session.Page.Locator("#alerts-empty")).ToBeVisibleAsync();
        await Expect(session.Page.Locator("#alert-count")).ToBeHiddenAsync();
        await Expect(session.Page.Locator("#alerts-title")).ToBeFocusedAsync();
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task an_alert_that_cannot_be_acknowledged_stays_and_says_why()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync("#/alerts");
        ILocator first = session.Page.Locator("#alert-list .alert").First;
        await Expect(first).ToBeVisibleAsync();
        IReadOnlyList<AlertDto> alerts = session.State.Alerts;
        await session.Page.RouteAsync("**/acknowledge", route => route.FulfillAsync(new RouteFulfillOptions
        {
            Status = 500,
            ContentType = "application/problem+json",
            Body = """{"title":"Error","detail":"the disk is full","status":500}""",
        }));
        await first.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(first.Locator(".error")).ToHaveTextAsync("It was not acknowledged: the disk is full");
        await Expect(session.Page.Locator("#alert-list .alert")).ToHaveCountAsync(alerts.Count);
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task an_alert_leads_to_its_event()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync("#/alerts");
        await session.Page.Locator("#alert-list .alert a").First.ClickAsync();
        await Expect(session.Page.Locator("#detail-title")).ToHaveTextAsync("New object");
        await Expect(session.Page.Locator(".reason")).ToHaveCountAsync(6);
    }

    private static ILocator Card(ConsoleSession session, string name)
    {
        ILocator heading = session.Page.Locator("h3", new PageLocatorOptions { HasText = name });
        return session.Page.Locator(".card").Filter(new LocatorFilterOptions { Has = heading });
    }
}
