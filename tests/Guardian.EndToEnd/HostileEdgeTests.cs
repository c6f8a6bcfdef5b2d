using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Guardian.EndToEnd.Support;
using Guardian.Grpc;
using Guardian.Tunnel;
using Guardian.Tunnel.Tests.Fuzz;

namespace Guardian.EndToEnd;

/// <summary>Enrolled edges that have gone bad, against a node with its real stores. The gateway alone bears more of it in its own tests.</summary>
public sealed class HostileEdgeTests
{
    private const int Inputs = 16_000, Edges = 4, Seed = 13;

    [Fact(Timeout = 240_000)]
    public async Task a_node_answers_hostile_calls_in_words_and_goes_on()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        int process = node.Node.ProcessId;
        EdgeCredentials[] edges = await Task.WhenAll(Enumerable.Range(0, Edges).Select(async i => EdgeCredentials.Load(await node.EnrolAsync($"edge-{i}"))));
        var wrong = new ConcurrentQueue<string>();
        await Task.WhenAll(edges.Select((e, i) => Task.Run(() => AttackAsync(e, i, wrong))));
        Assert.True(wrong.IsEmpty, $"{wrong.Count}: {string.Join('\n', wrong.Take(5))}");

        foreach (EdgeCredentials credentials in edges)
        {
            using var client = new EdgeClient(credentials);
            Assert.True((await client.HeartbeatAsync(CancellationToken.None)).Success);
            credentials.Dispose();
        }

        Assert.Equal(process, node.Node.ProcessId);
        Assert.DoesNotContain("fail:", node.Node.Log, StringComparison.Ordinal);
        Assert.NotEqual(0, (await node.Api.GetAsync("events?limit=500", CancellationToken.None)).GetProperty("events").GetArrayLength());
    }

    private static async Task AttackAsync(EdgeCredentials credentials, int edge, ConcurrentQueue<string> wrong)
    {
        using var peer = new HostilePeer(credentials.Address, Trust(credentials), credentials.Certificate);
        for (int number = 0; number < Inputs / Edges; number++)
        {
            var random = new Random((Seed * 1_000_003) + (number * Edges) + edge);
            FuzzTarget target = EdgeTargets.All[number % EdgeTargets.All.Count];
            byte[][] messages = target.Messages(random);
            EdgeTargets.Camera.Replace(messages, $"camera-{edge}");
            HostileAnswer answer = await peer.CallAsync(target.Path, messages, target.IsEndless);
            if (answer.Status is StatusCode.Unknown or StatusCode.Unavailable or StatusCode.DeadlineExceeded || (answer.Status == StatusCode.Internal && !target.IsOfTheParser(messages, answer)))
            {
                wrong.Enqueue($"edge {edge}, call {number}, {target.Path}, {string.Join(' ', messages.Select(m => Convert.ToHexString(m.AsSpan(0, Math.Min(m.Length, 300)))))}: {answer.Status}, {answer.Detail}");
            }
        }
    }

    private static X509ChainPolicy Trust(EdgeCredentials credentials)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(credentials.Authorities.ToArray());
        return policy;
    }
}
