using System.Collections.Concurrent;
using System.Text;
using Guardian.Console.Tests.Node;
using Microsoft.Playwright;

namespace Guardian.Console.Tests.Browser;

/// <summary>A fresh browser context on a node of its own.</summary>
internal sealed class ConsoleSession : IAsyncDisposable
{
    /// <summary>For whatever the page has to show; generous, since the key derivation is slow on purpose.</summary>
    private const float TimeLimit = 20_000;

    private const string WatchPolicy =
        "document.addEventListener('securitypolicyviolation', (e) => console.error(`policy violated: ${e.violatedDirective} by ${e.blockedURI}`));";

    private readonly IBrowserContext _context;
    private readonly string _keyPem;
    private int _inFlight;

    private ConsoleSession(FakeNode node, IBrowserContext context, IPage page, string keyPem)
    {
        Node = node;
        _context = context;
        Page = page;
        _keyPem = keyPem;
        page.SetDefaultTimeout(TimeLimit);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                Complaints.Enqueue(message.Text);
            }
        };
        page.PageError += (_, error) => Complaints.Enqueue(error);
        page.Request += (_, request) =>
        {
            Interlocked.Increment(ref _inFlight);
            Requested.Enqueue(request.Url);
        };
        page.RequestFinished += (_, _) => Interlocked.Decrement(ref _inFlight);
        page.RequestFailed += (_, _) => Interlocked.Decrement(ref _inFlight);
    }

    public FakeNode Node { get; }

    public IPage Page { get; }

    /// <summary>Errors and warnings on the browser's console, uncaught exceptions and violations of the content policy.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>Every address that the page asked for.</summary>
    public ConcurrentQueue<string> Requested { get; } = new();

    /// <summary>Requests of the page that have not ended.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    public NodeState State => Node.State;

    public static async Task<ConsoleSession> OpenAsync(ConsoleFixture fixture, BrowserNewContextOptions? options = null, Footage? footage = null)
    {
        NodeState state = await Story.TellAsync(footage ?? await fixture.FootageAsync(), fixture.Customer);
        FakeNode node = await FakeNode.StartAsync(state);
        IBrowser browser = await fixture.BrowserAsync();
        IBrowserContext context = await browser.NewContextAsync(options ?? new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1360, Height = 860 } });
        await context.AddInitScriptAsync(WatchPolicy);
        return new ConsoleSession(node, context, await context.NewPageAsync(), fixture.Customer.EncryptedPem);
    }

    /// <summary>Opens the page with nobody signed in.</summary>
    public Task GotoAsync(string route = "") => Page.GotoAsync($"{Node.Address}/{route}");

    /// <summary>Opens the page and signs in.</summary>
    public async Task SignInAsync(string route = "")
    {
        await GotoAsync(route);
        await Page.GetByLabel("API token").FillAsync(State.Token);
        await Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(Page.Locator("#session")).ToBeVisibleAsync();
    }

    public Task SelectAsync(Guid id) => Page.Locator($"#event-list a[data-id='{id}']").ClickAsync();

    public Task GoToViewAsync(string name) => Page.Locator("#views").GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = name }).ClickAsync();

    /// <summary>Fills in the dialog and sends it; what comes of it is the test's to see.</summary>
    public async Task TryUnlockAsync(string passphrase, string? pem = null)
    {
        if (!await Page.Locator("#unlock-dialog").IsVisibleAsync())
        {
            await Page.Locator("#unlock-button").ClickAsync();
        }

        await Page.GetByLabel("Private key file").SetInputFilesAsync(new FilePayload
        {
            Name = "customer.key.pem",
            MimeType = "application/x-pem-file",
            Buffer = Encoding.ASCII.GetBytes(pem ?? _keyPem),
        });
        await Page.GetByLabel("Passphrase").FillAsync(passphrase);
        await Page.Locator("#unlock-submit").ClickAsync();
    }

    public async Task UnlockAsync()
    {
        await TryUnlockAsync(Customer.Passphrase);
        await Assertions.Expect(Page.Locator("#lock-button")).ToBeVisibleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        await Node.DisposeAsync();
    }
}
