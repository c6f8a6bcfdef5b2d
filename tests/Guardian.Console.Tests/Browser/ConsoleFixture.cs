using Guardian.Console.Tests.Node;
using Microsoft.Playwright;

namespace Guardian.Console.Tests.Browser;

/// <summary>One browser, one customer and one piece of footage for all tests. They begin when a test first needs them, so skipped tests need nothing.</summary>
public sealed class ConsoleFixture : IAsyncLifetime
{
    public const string Chromium = "/usr/bin/chromium";

    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    ];

    private readonly Lazy<Task<(IPlaywright Playwright, IBrowser Browser)>> _browser = new(LaunchAsync);
    private readonly Lazy<Task<Footage>> _footage = new(Footage.TestCardAsync);

    internal Customer Customer { get; } = new();

    public async Task<IBrowser> BrowserAsync() => (await _browser.Value).Browser;

    internal Task<Footage> FootageAsync() => _footage.Value;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_browser.IsValueCreated)
        {
            (IPlaywright playwright, IBrowser browser) = await _browser.Value;
            await browser.DisposeAsync();
            playwright.Dispose();
        }

        Customer.Dispose();
    }

    private static async Task<(IPlaywright Playwright, IBrowser Browser)> LaunchAsync()
    {
        IPlaywright playwright = await Playwright.CreateAsync();
        return (playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = Arguments }));
    }
}
