using System.Globalization;
using System.Security.Cryptography;
using Guardian.Models;
using Guardian.Tunnel;

namespace Guardian.Bench.Node;

/// <summary>The node of the rollout's benchmark, in a process of its own so that its memory is its own. It takes words on its standard input: "edges N" gives N bundles, "start" begins the rollout.</summary>
internal static class RolloutNode
{
    public const string Word = "rollout-node";
    public const int ModelBytes = 10_000_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    public static async Task RunAsync(string folder)
    {
        await using BenchNode node = await BenchNode.StartAsync(folder);
        var model = new NewModel
        {
            Name = "bench",
            ModelType = "detector",
            Requirements = new ModelRequirements { Opset = 18 },
            Lineage = new ModelLineage(),
            CreatedAt = TimeProvider.System.GetUtcNow(),
        };
        CatalogModel stored = await node.Catalog.RegisterAsync(model, new MemoryStream(RandomNumberGenerator.GetBytes(ModelBytes)), CancellationToken.None);
        using var stop = new CancellationTokenSource();
        Task advancing = AdvanceAsync(node, stop.Token);
        var edges = new List<EdgeId>();
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("edges ", StringComparison.Ordinal))
            {
                for (int i = int.Parse(line[6..], CultureInfo.InvariantCulture); i > 0; i--)
                {
                    (EdgeId edge, EnrollmentBundle bundle) = await node.AddEdgeAsync();
                    edges.Add(edge);
                    Console.WriteLine(bundle.ToLine());
                }
            }
            else
            {
                // The first edge only sends events.
                RolloutTargetRequest[] targets = [.. edges.Skip(1).Select((e, i) => new RolloutTargetRequest(e.ToString(), $"cam-{i}", stored.ModelId))];
                await node.Distributor.StartAsync(new RolloutRequest { Name = "bench", Actor = "bench", Targets = targets, Plan = RolloutPlan.AtOnce }, CancellationToken.None);
                Console.WriteLine("started");
            }
        }

        await stop.CancelAsync();
        await advancing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task AdvanceAsync(BenchNode node, CancellationToken cancellationToken)
    {
        while (true)
        {
            await node.Distributor.AdvanceAsync(cancellationToken);
            await Task.Delay(Interval, cancellationToken);
        }
    }
}
