using Guardian.Console.Tests.Browser;
using Guardian.Console.Tests.Node;
using Guardian.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Guardian.Console.Tests;

/// <summary>What holds for the page as a whole: it is quiet, keeps to itself, fits, and can be used without a mouse or good eyes.</summary>
[Collection(SharedBrowser.Name)]
public sealed class PageQualityTests(ConsoleFixture fixture)
{
    private const int Limit = 120_000;

    private const string Unlabelled =
        """
        () => [...document.querySelectorAll('input, select, textarea, progress')]
          .filter((f) => !(f.labels?.length > 0) && !f.getAttribute('aria-label'))
          .map((f) => f.id || f.outerHTML.slice(0, 80))
          .concat([...document.querySelectorAll('button, a')]
            .filter((b) => !b.textContent.trim() && !b.getAttribute('aria-label'))
            .map((b) => b.id || b.outerHTML.slice(0, 80)))
          .concat([...document.querySelectorAll('img:not([alt])')].map((i) => i.src))
        """;

    /// <summary>WCAG 2.2, 1.4.3: contrast of every visible text with the ground that it stands on.</summary>
    private const string LowContrast =
        """
        () => {
          const parse = (c) => c.match(/[\d.]+/g).map(Number);
          const luminance = ([r, g, b]) => {
            const f = (v) => v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4;
            return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b);
          };
          const ground = (e) => {
            for (let at = e; at; at = at.parentElement) {
              const c = parse(getComputedStyle(at).backgroundColor);
              if (c.length === 3 || c[3] === 1) {
                return c;
              }
            }
            return [255, 255, 255];
          };
          const low = new Set();
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const e = walker.currentNode.parentElement;
            if (!walker.currentNode.data.trim() || !e.checkVisibility() || e.closest('svg, option, .visually-hidden, script')) {
              continue;
            }
            const [a, b] = [luminance(parse(getComputedStyle(e).color)), luminance(ground(e))].sort((x, y) => y - x);
            const ratio = (a + 0.05) / (b + 0.05);
            if (ratio < 4.5) {
              low.add(`${ratio.toFixed(2)} ${e.className || e.tagName}: ${walker.currentNode.data.trim().slice(0, 40)}`);
            }
          }
          return [...low];
        }
        """;

    private static readonly string[] Views = ["events", "cameras", "models", "edges", "archive", "alerts"];

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_whole_visit_leaves_the_browsers_console_clean_and_asks_nobody_else()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync($"#/events/{Story.PersonAtDoor}");
        await session.UnlockAsync();
        await Expect(session.Page.Locator(".overlay .region")).ToHaveCountAsync(1);
        await session.Page.Locator(".strip").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Clip" }).ClickAsync();
        await Expect(session.Page.Locator(".stage video")).ToBeVisibleAsync();
        foreach (string view in Views)
        {
            await session.Page.Locator($"#views a[href='#/{view}']").ClickAsync();
            await Expect(session.Page.Locator($"#view-{view}")).ToBeVisibleAsync();
        }

        await session.Page.Locator("#alert-list .alert").First.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(session.Page.Locator("#alert-list .alert")).ToHaveCountAsync(1);
        await session.Page.Locator("#lock-button").ClickAsync();

        Assert.Empty(session.Complaints);
        Assert.All(session.Requested, url => Assert.True(
            url.StartsWith(session.Node.Address, StringComparison.Ordinal) || url.StartsWith("blob:", StringComparison.Ordinal), url));
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task the_content_policy_stops_a_script_that_is_not_the_pages_own()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.GotoAsync();
        await session.Page.EvaluateAsync("() => { const s = document.createElement('script'); s.textContent = 'window.ran = true'; document.head.append(s); }");
        await Eventually.IsTrueAsync(() => Task.FromResult(session.Complaints.Any(c => c.Contains("policy violated", StringComparison.Ordinal))), "the violation is reported");
        Assert.False(await session.Page.EvaluateAsync<bool>("() => window.ran === true"));
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_narrow_window_does_not_scroll_sideways()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture, new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 375, Height = 700 } });
        await session.GotoAsync();
        await AssertFitsAsync(session, "sign-in");
        await session.SignInAsync();
        foreach (string view in Views)
        {
            await session.Page.Locator($"#views a[href='#/{view}']").ClickAsync();
            await Expect(session.Page.Locator($"#view-{view}").Locator(".event, .card, tbody tr, .alert").First).ToBeVisibleAsync();
            await AssertFitsAsync(session, view);
        }

        await session.Page.Locator("#views a[href='#/events']").ClickAsync();
        await session.SelectAsync(Story.PersonAtDoor);
        await session.UnlockAsync();
        await Expect(session.Page.Locator(".stage img")).ToBeVisibleAsync();
        await Expect(session.Page.Locator(".timeline")).ToBeHiddenAsync();
        await AssertFitsAsync(session, "event");
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task in_a_narrow_window_the_focus_follows_into_an_event_and_back()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture, new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 375, Height = 700 } });
        await session.SignInAsync();
        await session.SelectAsync(Story.ParcelLeft);
        await Expect(session.Page.Locator("#detail-title")).ToBeFocusedAsync();
        await session.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "← All events" }).ClickAsync();
        await Expect(session.Page.Locator(".timeline")).ToBeVisibleAsync();
        await Expect(session.Page.Locator($"#event-list a[data-id='{Story.ParcelLeft}']")).ToBeFocusedAsync();
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task every_control_has_a_name_and_the_page_has_one_h1()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.GotoAsync();
        Assert.Empty(await session.Page.EvaluateAsync<string[]>(Unlabelled));
        await session.SignInAsync($"#/events/{Story.PersonAtDoor}");
        await session.UnlockAsync();
        await Expect(session.Page.Locator(".stage img")).ToBeVisibleAsync();
        foreach (string view in Views)
        {
            await session.Page.Locator($"#views a[href='#/{view}']").ClickAsync();
            await Expect(session.Page.Locator("#views [aria-current='page']")).ToHaveAttributeAsync("href", $"#/{view}");
            Assert.Empty(await session.Page.EvaluateAsync<string[]>(Unlabelled));
            await Expect(session.Page.Locator("h1")).ToHaveCountAsync(1);
            Assert.Empty(await session.Page.EvaluateAsync<string[]>(
                "() => [...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, all) => all.indexOf(id) !== i)"));
        }
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task all_text_has_enough_contrast_in_light_and_in_dark()
    {
        foreach (ColorScheme scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture, new BrowserNewContextOptions { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            await session.GotoAsync();
            Assert.Empty(await session.Page.EvaluateAsync<string[]>(LowContrast));
            await session.SignInAsync($"#/events/{Story.PersonAtDoor}");
            await Expect(session.Page.Locator(".reason")).ToHaveCountAsync(6);
            foreach (string view in Views)
            {
                await session.Page.Locator($"#views a[href='#/{view}']").ClickAsync();
                await Expect(session.Page.Locator($"#view-{view}").Locator(".event, .card, tbody tr, .alert").First).ToBeVisibleAsync();
                Assert.Empty(await session.Page.EvaluateAsync<string[]>(LowContrast));
            }

            await session.Page.GotoAsync($"{session.Node.Address}/#/events/{Story.PersonAtDoor}");
            await Expect(session.Page.Locator(".reason")).ToHaveCountAsync(6);
            await session.TryUnlockAsync("wrong one");
            await Expect(session.Page.Locator("#unlock-error")).Not.ToBeEmptyAsync();
            Assert.Empty(await session.Page.EvaluateAsync<string[]>(LowContrast));
        }
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task the_page_can_be_used_from_the_keyboard_in_a_sensible_order()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.GotoAsync();
        await Expect(session.Page.GetByLabel("API token")).ToBeFocusedAsync();
        await session.Page.Keyboard.TypeAsync(session.State.Token);
        await session.Page.Keyboard.PressAsync("Enter");
        await Expect(session.Page.Locator("#event-list .event")).ToHaveCountAsync(5);

        await session.Page.EvaluateAsync("() => { document.activeElement.blur(); getSelection().removeAllRanges(); }");
        await session.Page.ReloadAsync();
        await Expect(session.Page.Locator("#event-list .event")).ToHaveCountAsync(5);
        var order = new List<string>();
        for (int i = 0; i < 12; i++)
        {
            await session.Page.Keyboard.PressAsync("Tab");
            order.Add(await session.Page.EvaluateAsync<string>("() => document.activeElement.id || document.activeElement.className || document.activeElement.getAttribute('href')"));
        }

        string[] expected =
        [
            "skip-link", "#/events", "#/cameras", "#/models", "#/edges", "#/archive", "#/alerts", "unlock-button", "sign-out", "filter-camera", "filter-severity", "event",
        ];
        Assert.Equal(expected, order);

        await session.Page.Keyboard.PressAsync("ArrowDown");
        await session.Page.Keyboard.PressAsync("Enter");
        await Expect(session.Page.Locator("#event-list [aria-current='true']")).ToHaveAttributeAsync("data-id", Story.PersonAtDoor.ToString());
        await Expect(session.Page.Locator(".reason")).ToHaveCountAsync(6);
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task the_unlock_dialog_closes_with_escape_and_forgets_what_was_typed()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync();
        await session.TryUnlockAsync("wrong one");
        await Expect(session.Page.Locator("#unlock-error")).Not.ToBeEmptyAsync();
        await session.Page.Keyboard.PressAsync("Escape");
        await Expect(session.Page.Locator("#unlock-dialog")).ToBeHiddenAsync();
        await Expect(session.Page.Locator("#unlock-button")).ToBeFocusedAsync();
        await Expect(session.Page.Locator("#passphrase")).ToHaveValueAsync("");
        Assert.Equal(0, await session.Page.EvaluateAsync<int>("() => document.getElementById('key-file').files.length"));
    }

    private static async Task AssertFitsAsync(ConsoleSession session, string what) => Assert.True(
        await session.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth"), $"{what} scrolls sideways");
}
