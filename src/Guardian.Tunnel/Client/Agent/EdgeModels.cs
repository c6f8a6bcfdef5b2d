using System.Security.Cryptography;
using Dapper;
using Guardian.Grpc;
using Guardian.Tunnel.Contract;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>
/// An edge's models: what was assigned is downloaded, loaded beside the one in use, proven with the probe that came with it, reported, and only when the node accepts that, in use. What is in use survives a restart, and the
/// file of the one before stays, so that the way back needs no download. Used by one loop.
/// </summary>
/// <remarks>
/// A row says what is in use; it is written after the node accepted. A kill between the two leaves the former model in use, and the node, told so with the next connection, offers the new one again.
/// </remarks>
internal sealed class EdgeModels(string folder, IEdgeDevice device, EdgeDatabase database, ILogger logger)
{
    private const int MaxError = 512;

    /// <summary>A model that ends the process while it is loaded would do so after every start: after so many it is reported and not loaded again.</summary>
    private const int MaxLoads = 2;

    private bool _isRestored;

    /// <summary>Watches until the connection ends. Call it again then.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="ends">Ends the waiting for assignments.</param>
    /// <param name="cancellationToken">Ends what is being installed, too.</param>
    public async Task WatchAsync(EdgeClient client, CancellationToken ends, CancellationToken cancellationToken)
    {
        if (!_isRestored)
        {
            await RestoreAsync(cancellationToken).ConfigureAwait(false);
            _isRestored = true;
        }

        var hello = new WatchDeploymentsRequest { Runtime = await device.DescribeRuntimeAsync(cancellationToken).ConfigureAwait(false), ReportsRunning = true };
        hello.RunningDeploymentIds.AddRange((await ListAsync(cancellationToken).ConfigureAwait(false)).Select(m => Deployment.Parser.ParseFrom(m.Deployment).DeploymentId));
        await foreach (Deployment deployment in client.WatchDeploymentsAsync(hello, ends).ConfigureAwait(false))
        {
            await TakeAsync(client, deployment, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string FileOf(Deployment deployment) => $"{Convert.ToHexStringLower(deployment.Sha256.Span)}.onnx";

    private static bool Agrees(double expected, double computed, double tolerance) => Math.Abs(computed - expected) <= tolerance * Math.Max(1, Math.Abs(expected));

    private async Task TakeAsync(EdgeClient client, Deployment deployment, CancellationToken cancellationToken)
    {
        var report = new ReportDeploymentRequest { DeploymentId = deployment.DeploymentId };
        try
        {
            if (deployment.IsWithdrawal)
            {
                await device.WithdrawModelAsync(deployment, cancellationToken).ConfigureAwait(false);
                await ForgetAsync(deployment.CameraId, cancellationToken).ConfigureAwait(false);
                report.Success = true;
            }
            else
            {
                await InstallAsync(client, deployment, report, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is not (RpcException or OperationCanceledException))
        {
            // What a device's code throws over a model is the report about that model.
            report.ErrorMessage = e.Message.Length > MaxError ? e.Message[..MaxError] : e.Message;
        }

        ReportDeploymentResponse response = await client.ReportDeploymentAsync(report, cancellationToken).ConfigureAwait(false);
        bool isAccepted = report.Success && response.Accepted;
        string reason = isAccepted ? "" : report.Success ? response.Reason : report.ErrorMessage;
        if (!isAccepted)
        {
            AgentLog.ModelRefused(logger, deployment.ModelId, reason);
        }
        else if (!deployment.IsWithdrawal)
        {
            await KeepAsync(deployment, cancellationToken).ConfigureAwait(false);
        }

        if (!deployment.IsWithdrawal)
        {
            await device.ModelReportedAsync(deployment, isAccepted, reason, cancellationToken).ConfigureAwait(false);
        }

        await CleanAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task InstallAsync(EdgeClient client, Deployment deployment, ReportDeploymentRequest report, CancellationToken cancellationToken)
    {
        // Not by the model's id: that is text of the node's, and could name a file outside the folder.
        string file = deployment.Sha256.Length == SHA256.HashSizeInBytes
            ? Path.Combine(folder, FileOf(deployment))
            : throw new TunnelException($"sha256: {deployment.Sha256.Length} bytes, {SHA256.HashSizeInBytes} are needed");
        await client.DownloadModelAsync(deployment, file, cancellationToken).ConfigureAwait(false);
        ModelProbe probe = await LoadAsync(deployment, file, cancellationToken).ConfigureAwait(false);
        report.Sha256 = deployment.Sha256;
        report.ProbeScore = probe.ProbeScore ?? 0;
        report.FrameScores.AddRange(probe.FrameScores);
        report.MillisecondsPerFrame = probe.MillisecondsPerFrame ?? 0;
        report.ErrorMessage = Mismatch(deployment, probe) ?? "";
        report.ProbeFailed = report.ErrorMessage.Length > 0;
        report.Success = !report.ProbeFailed;
    }

    /// <summary>Loads a model between two marks on the disk: a mark without its end was left by a process that did not live through it.</summary>
    private async Task<ModelProbe> LoadAsync(Deployment deployment, string file, CancellationToken cancellationToken)
    {
        var mark = new { deployment.DeploymentId };
        long begun = await database.WriteAsync(
            c =>
            {
                c.Execute("INSERT INTO model_loads (deployment_id, begun) VALUES (@DeploymentId, 1) ON CONFLICT (deployment_id) DO UPDATE SET begun = begun + 1", mark);
                return c.ExecuteScalar<long>("SELECT begun FROM model_loads WHERE deployment_id = @DeploymentId", mark);
            },
            cancellationToken).ConfigureAwait(false);
        try
        {
            return begun <= MaxLoads
                ? await device.LoadModelAsync(deployment, file, cancellationToken).ConfigureAwait(false)
                : throw new TunnelException($"loading model {deployment.ModelId} has ended this edge's process {MaxLoads} times");
        }
        finally
        {
            await database.WriteAsync(c => c.Execute("DELETE FROM model_loads WHERE deployment_id = @DeploymentId", mark), CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static string? Mismatch(Deployment deployment, ModelProbe probe)
    {
        if (deployment.HasProbeScore && (probe.ProbeScore is not { } score || !Agrees(deployment.ProbeScore, score, deployment.ProbeTolerance)))
        {
            return FormattableString.Invariant($"probe_score: {probe.ProbeScore} was computed, {deployment.ProbeScore} is expected");
        }

        if (deployment.ProbeFrames.Count > 0 && probe.FrameScores.Count != deployment.ProbeFrames.Count)
        {
            return $"probe_frames: {probe.FrameScores.Count} were scored, {deployment.ProbeFrames.Count} came with the model";
        }

        int wrong = Enumerable.Range(0, deployment.ProbeFrames.Count).FirstOrDefault(i => !Agrees(deployment.ProbeFrames[i].Score, probe.FrameScores[i], deployment.ProbeTolerance), -1);
        return wrong < 0 ? null : FormattableString.Invariant($"probe_frames[{wrong}]: {probe.FrameScores[wrong]} was computed, {deployment.ProbeFrames[wrong].Score} is expected");
    }

    /// <summary>Loads what was in use before the restart. What is damaged or does not load any more is forgotten, and the node offers it again.</summary>
    private async Task RestoreAsync(CancellationToken cancellationToken)
    {
        foreach (ModelRow row in await ListAsync(cancellationToken).ConfigureAwait(false))
        {
            Deployment deployment = Deployment.Parser.ParseFrom(row.Deployment);
            try
            {
                string file = Path.Combine(folder, row.File);
                FileStream stream = File.OpenRead(file);
                await using (stream.ConfigureAwait(false))
                {
                    if (!(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false)).AsSpan().SequenceEqual(deployment.Sha256.Span))
                    {
                        throw new TunnelException("its file was changed on the disk");
                    }
                }

                await LoadAsync(deployment, file, cancellationToken).ConfigureAwait(false);
                await device.ModelReportedAsync(deployment, isAccepted: true, "", cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                AgentLog.ModelRefused(logger, deployment.ModelId, e.Message);
                await ForgetAsync(row.CameraId, cancellationToken).ConfigureAwait(false);
                File.Delete(Path.Combine(folder, row.File));
            }
        }

        await CleanAsync(cancellationToken).ConfigureAwait(false);
    }

    private Task<List<ModelRow>> ListAsync(CancellationToken cancellationToken) => database.ReadAsync(
        c => c.Query<ModelRow>("SELECT camera_id AS CameraId, deployment AS Deployment, file AS File, previous_file AS PreviousFile FROM models ORDER BY camera_id").AsList(), cancellationToken);

    private Task<int> KeepAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        // The pictures have done their duty.
        Deployment kept = deployment.Clone();
        kept.ProbeFrames.Clear();
        return database.WriteAsync(
            c => c.Execute(
                """
                INSERT INTO models (camera_id, deployment, file) VALUES (@CameraId, @bytes, @file)
                ON CONFLICT (camera_id) DO UPDATE SET previous_file = CASE WHEN file = @file THEN previous_file ELSE file END, deployment = @bytes, file = @file
                """,
                new { deployment.CameraId, bytes = Google.Protobuf.MessageExtensions.ToByteArray(kept), file = FileOf(deployment) }),
            cancellationToken);
    }

    private Task<int> ForgetAsync(string cameraId, CancellationToken cancellationToken) =>
        database.WriteAsync(c => c.Execute("DELETE FROM models WHERE camera_id = @cameraId", new { cameraId }), cancellationToken);

    /// <summary>Removes files that no camera works with or worked with before. One that is half here may be asked for again; of those only the newest stays.</summary>
    private async Task CleanAsync(CancellationToken cancellationToken)
    {
        HashSet<string?> kept = [.. (await ListAsync(cancellationToken).ConfigureAwait(false)).SelectMany(m => new[] { m.File, m.PreviousFile })];
        FileInfo[] files = new DirectoryInfo(folder).GetFiles();
        FileInfo? newest = files.Where(f => f.Extension == ".part").MaxBy(f => f.LastWriteTimeUtc);
        foreach (FileInfo file in files.Where(f => !kept.Contains(f.Name) && f.Name != newest?.Name))
        {
            file.Delete();
        }
    }

    private sealed class ModelRow
    {
        public string CameraId { get; set; } = "";

        public byte[] Deployment { get; set; } = [];

        public string File { get; set; } = "";

        public string? PreviousFile { get; set; }
    }
}
