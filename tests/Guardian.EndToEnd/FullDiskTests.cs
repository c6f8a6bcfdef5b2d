using System.Diagnostics;
using Guardian.EndToEnd.Support;
using Guardian.Grpc;
using Guardian.Storage;
using Guardian.Testing;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.EndToEnd;

/// <summary>A node on a file system that fills up. Needs the right to mount one.</summary>
public sealed class FullDiskTests
{
    private const string Size = "48m";

    [RequiresFact("mount", Timeout = 180_000)]
    public async Task a_full_disk_refuses_new_clips_keeps_acknowledged_ones_and_heals()
    {
        using var folder = new TemporaryFolder();
        if (!await RunAsync("mount", "-t", "tmpfs", "-o", $"size={Size}", "guardian-test", folder.Path))
        {
            Assert.True(Environment.GetEnvironmentVariable("CI") != "true", "mounting a tmpfs failed; in CI the tests run as root");
            return;
        }

        try
        {
            await FillAsync(folder);
        }
        finally
        {
            Assert.True(await RunAsync("umount", "--lazy", folder.Path));
        }
    }

    private static async Task FillAsync(TemporaryFolder folder)
    {
        await using RunningNode node = await RunningNode.StartAsync(folder.File("node"));
        using EdgeClient client = await node.ConnectAsync();
        byte[] clip = await new Sealer(node.Customer.PublicKey).SealAsync(new byte[5_000_000], "video/mp4");
        var acknowledged = new List<Guid>();
        RpcException? refusal = null;
        for (int i = 0; i < 20 && refusal is null; i++)
        {
            Guid id = Guid.NewGuid();
            try
            {
                await client.SendEventsAsync([NewEvent(id)], CancellationToken.None);
                await client.UploadClipAsync(id, new MemoryStream(clip), 1, null, CancellationToken.None);
                acknowledged.Add(id);
            }
            catch (RpcException e)
            {
                refusal = e;
            }
        }

        Assert.NotNull(refusal);
        Assert.True(refusal.StatusCode is StatusCode.Unavailable or StatusCode.ResourceExhausted, refusal.Message);
        Assert.NotEmpty(acknowledged);

        // A kill on the full disk, then room again: everything acknowledged is there and new clips are taken.
        await node.Node.KillAsync();
        Assert.True(await RunAsync("mount", "-o", "remount,size=512m", folder.Path));
        await node.Node.StartAsync(CancellationToken.None);
        foreach (Guid id in acknowledged)
        {
            Assert.Equal(clip.Length, await node.Api.LengthAsync($"events/{id}/clip", CancellationToken.None));
            Assert.Equal(clip, await node.Api.RangeAsync($"events/{id}/clip", 0, clip.Length - 1, CancellationToken.None));
        }

        Guid healed = Guid.NewGuid();
        await client.SendEventsAsync([NewEvent(healed)], CancellationToken.None);
        Assert.Equal(clip.Length, (await client.UploadClipAsync(healed, new MemoryStream(clip), 5, null, CancellationToken.None)).TotalBytes);
    }

    private static Event NewEvent(Guid id) => new()
    {
        Id = id.ToString(),
        CameraId = "front-door",
        EventType = "motion",
        Timestamp = UnixNanoseconds.From(TimeProvider.System.GetUtcNow()),
    };

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
