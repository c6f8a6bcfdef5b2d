using System.Diagnostics;
using Guardian.Testing;

namespace Guardian.Storage.Tests;

/// <summary>What Guardian wrote belongs to the customer: any S3 client fetches it, and the customer's key opens it.</summary>
[Collection(S3Tests.Name)]
public sealed class OtherClientTests(RadosGateway server)
{
    [RequiresFact("rclone", "radosgw", Timeout = 120_000)]
    public async Task rclone_lists_and_fetches_what_guardian_archived_and_the_key_opens_it()
    {
        server.Require();
        using var folder = new TemporaryFolder();
        using var store = new S3ArchiveStore(new S3ArchiveOptions { Endpoint = server.Endpoint, CredentialsFile = server.CredentialsFile, PartBytes = 5 << 20 });
        await using var archive = new SealedArchive(new SealedArchiveOptions { Directory = folder.File("data") }, store);
        await archive.RecoverAsync(default);
        Guid id = Guid.NewGuid();
        string camera = $"rclone-{id:N}";
        byte[] clip = Sample.Bytes(12 << 20), snapshot = Sample.Bytes(40_000, 2);
        await archive.StoreAsync(SealedObjectId.Clip(id), camera, await Sample.SealAsync(clip), default);
        await archive.StoreAsync(SealedObjectId.Snapshot(id, 1), camera, await Sample.SealAsync(snapshot, "image/jpeg"), default);
        Assert.Equal(2, await archive.ArchiveDueAsync(default));

        string bucket = $":s3:{BucketName.ForCamera(camera)}";
        Assert.Equal([$"events/{id}/clip.mp4", $"events/{id}/snapshot.jpg"], (await RcloneAsync("lsf", "--recursive", "--files-only", bucket)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        await RcloneAsync("copy", bucket, folder.File("fetched"));
        Assert.Equal(clip, await Sample.UnsealAsync(await File.ReadAllBytesAsync(folder.File($"fetched/events/{id}/clip.mp4"))));
        Assert.Equal(snapshot, await Sample.UnsealAsync(await File.ReadAllBytesAsync(folder.File($"fetched/events/{id}/snapshot.jpg"))));
    }

    private async Task<string> RcloneAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("rclone", [.. arguments, "--config", "/dev/null", "--s3-provider", "Ceph", "--s3-endpoint", server.Endpoint, "--s3-env-auth"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["AWS_SHARED_CREDENTIALS_FILE"] = server.CredentialsFile;
        // rclone 1.60 does not start where it is set.
        start.Environment.Remove("AWS_CA_BUNDLE");
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return output;
    }
}
