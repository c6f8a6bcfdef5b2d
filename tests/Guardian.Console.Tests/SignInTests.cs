using Guardian.Console.Tests.Browser;
using Guardian.Console.Tests.Node;
using Guardian.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Guardian.Console.Tests;

/// <summary>Who may look, and what the page remembers of it.</summary>
[Collection(SharedBrowser.Name)]
public sealed class SignInTests(ConsoleFixture fixture)
{
    private const int Limit = 60_000;

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_wrong_token_is_refused_with_words_and_a_right_one_lets_in()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.GotoAsync();
        await Expect(session.Page.Locator("#node-version")).ToHaveTextAsync("Guardian node 0.1.0");
        await TryAsync(session, "guardian-api-wrong");
        await Expect(session.Page.Locator("#sign-in-error")).ToHaveTextAsync("The node does not accept this token.");
        await Expect(session.Page.Locator("#views")).ToBeHiddenAsync();
        Assert.Null(await session.Page.EvaluateAsync<string?>("() => sessionStorage.getItem('guardian.api-token')"));

        await TryAsync(session, session.State.Token);
        await Expect(session.Page.Locator("#event-list .event")).ToHaveCountAsync(5);
        await Expect(session.Page.Locator("#sign-in")).ToBeHiddenAsync();
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task something_that_cannot_be_a_token_is_refused_with_words()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.GotoAsync();
        await TryAsync(session, "naïve ✓");
        await Expect(session.Page.Locator("#sign-in-error")).ToHaveTextAsync("The node does not accept this token.");
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_reload_keeps_the_session_and_a_new_tab_does_not_have_it()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync();
        await session.Page.ReloadAsync();
        await Expect(session.Page.Locator("#event-list .event")).ToHaveCountAsync(5);

        IPage other = await session.Page.Context.NewPageAsync();
        await other.GotoAsync(session.Node.Address);
        await Expect(other.GetByLabel("API token")).ToBeVisibleAsync();
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task signing_out_forgets_the_token_the_key_and_what_was_shown()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync($"#/events/{Story.PersonAtDoor}");
        await session.UnlockAsync();
        await Expect(session.Page.Locator(".stage img")).ToBeVisibleAsync();

        await session.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign out" }).ClickAsync();

        await Expect(session.Page.GetByLabel("API token")).ToBeFocusedAsync();
        await Expect(session.Page.Locator("#event-list .event")).ToHaveCountAsync(0);
        await Expect(session.Page.Locator("#detail-body > *")).ToHaveCountAsync(0);
        await Expect(session.Page.Locator(".card, .alert, tbody tr")).ToHaveCountAsync(0);
        await Expect(session.Page.Locator("#filter-camera option")).ToHaveCountAsync(1);
        Assert.Equal(0, await session.Page.EvaluateAsync<int>("() => sessionStorage.length"));
        await Expect(session.Page.Locator("#key-state")).ToHaveAttributeAsync("data-locked", "true");
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_token_that_stops_working_leads_back_to_the_sign_in()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.SignInAsync();
        session.State.Token = "another";
        await Expect(session.Page.Locator("#sign-in-error")).ToHaveTextAsync("The node no longer accepts this token. Sign in again.");
        await Expect(session.Page.Locator("#event-list .event")).ToHaveCountAsync(0);
    }

    [RequiresFact(ConsoleFixture.Chromium, "ffmpeg", Timeout = Limit)]
    public async Task a_node_that_is_away_is_said_at_sign_in()
    {
        await using ConsoleSession session = await ConsoleSession.OpenAsync(fixture);
        await session.GotoAsync();
        session.State.IsAway = true;
        await TryAsync(session, session.State.Token);
        await Expect(session.Page.Locator("#sign-in-error")).ToContainTextAsync("The node does not answer.");
    }

    private static async Task TryAsync(ConsoleSession session, string token)
    {
        await session.Page.GetByLabel("API token").FillAsync(token);
        await session.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign in" }).ClickAsync();
    }
}
