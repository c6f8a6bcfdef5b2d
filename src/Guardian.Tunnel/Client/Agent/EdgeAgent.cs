using System.Runtime.CompilerServices;
using Guardian.Grpc;
using Guardian.Shared.Files;
using Guardian.Tunnel.Contract;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>
/// All of an edge's side: sends events and clips from a queue on the disk, in order and until the node holds them; takes commands; reports cameras and health; fetches models; renews its certificate in time; reconnects by
/// itself, however long the node was away. Safe for use by many threads.
/// </summary>
/// <remarks>
/// An item leaves the queue when the node holds it durably, or says that it will never take it, which <see cref="EventOutcomeAsync"/> and <see cref="ClipOutcomeAsync"/> tell. An edge that is shut out keeps its queue.
/// </remarks>
public sealed class EdgeAgent : IAsyncDisposable
{
    /// <summary>Events of one call; the node takes 1000 and 20 MiB.</summary>
    private const int MaxEvents = 100, MaxEventBytes = 8 << 20;

    /// <summary>How often it is looked whether the certificate is to be renewed.</summary>
    private static readonly TimeSpan RenewalCheck = TimeSpan.FromMinutes(1);

    private readonly EdgeAgentOptions _options;
    private readonly IEdgeDevice _device;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly EdgeDatabase _database;
    private readonly SendQueue _queue;
    private readonly CommandExecutor _commands;
    private readonly EdgeModels _models;
    private readonly EdgeConnectionSlot _slot;
    private readonly EdgeTunnel? _tunnel;
    private readonly SemaphoreSlim _renewing = new(1, 1);

    private EdgeAgent(EdgeAgentOptions options, IEdgeDevice device, EdgeDatabase database, SendQueue queue, EdgeCredentials credentials, ILogger logger, TimeProvider time)
    {
        _options = options;
        _device = device;
        _database = database;
        _queue = queue;
        _logger = logger;
        _time = time;
        _slot = new EdgeConnectionSlot(credentials, time);
        _tunnel = options.Tunnel is null ? null : new EdgeTunnel(options.Tunnel, new EdgeTunnelFiles(options.CredentialsDirectory), logger, time);
        _models = new EdgeModels(Path.Combine(options.Directory, "models"), device, database, logger);
        _commands = new CommandExecutor(new CommandJournal(database, time), ExecuteAsync, time, logger);
    }

    /// <summary>The edge's id.</summary>
    public EdgeId EdgeId => _slot.Credentials.EdgeId;

    /// <summary>SubjectPublicKeyInfo (DER) of everyone clips are to be sealed to.</summary>
    public IReadOnlyList<byte[]> Recipients => _slot.Credentials.Recipients;

    /// <summary>Events and clips that wait to be sent, and their bytes.</summary>
    public (int Items, long Bytes) Waiting => _queue.Waiting;

    /// <summary>Opens the agent's folder. Nothing is sent before <see cref="RunAsync"/>.</summary>
    /// <param name="options">Where it keeps its things.</param>
    /// <param name="device">The machine that it speaks for.</param>
    /// <param name="logger">Where to report.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The options are not sound; the message names every property.</exception>
    /// <exception cref="TunnelException">The credentials or the folder cannot be read.</exception>
    public static async Task<EdgeAgent> OpenAsync(EdgeAgentOptions options, IEdgeDevice device, ILogger logger, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(device);
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        }

        if (options.Tunnel is not null && !new EdgeTunnelFiles(options.CredentialsDirectory).Exist)
        {
            throw new TunnelException($"{options.CredentialsDirectory}: no tunnel was made when this edge enrolled");
        }

        EdgeCredentials credentials = EdgeCredentials.Load(options.CredentialsDirectory);
        DurableFile.CreateFolder(options.Directory);
        var database = new EdgeDatabase(Path.Combine(options.Directory, "agent.db"));
        try
        {
            DurableFile.CreateFolder(Path.Combine(options.Directory, "models"));
            SendQueue queue = await SendQueue.OpenAsync(database, Path.Combine(options.Directory, "clips"), options.MaxQueueBytes, options.MaxQueueItems, cancellationToken).ConfigureAwait(false);
            return new EdgeAgent(options, device, database, queue, credentials, logger, timeProvider ?? TimeProvider.System);
        }
        catch
        {
            await database.DisposeAsync().ConfigureAwait(false);
            credentials.Dispose();
            throw;
        }
    }

    /// <summary>Queues an event; on return it is on the disk and will be sent. One that is queued already stays as it is.</summary>
    /// <param name="e">The event; its id is a UUID, which is written in lower case.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">The id is not a UUID, the event is over 20 MiB, or the queue is full.</exception>
    public Task EnqueueEventAsync(Event e, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(e);
        const int limit = (20 << 20) - 1024;
        if (!Guid.TryParseExact(e.Id, "D", out Guid id))
        {
            throw new TunnelException("id: a UUID with hyphens is needed");
        }

        // One form for the queue, the message and the node's answer.
        e.Id = id.ToString();
        return e.CalculateSize() <= limit ? _queue.AddEventAsync(e, cancellationToken) : throw new TunnelException($"event: {e.CalculateSize()} bytes, at most {limit} are taken");
    }

    /// <summary>Queues an event's sealed clip; on return it is on the disk and will be sent after its event. The file is moved into the agent's folder.</summary>
    /// <exception cref="TunnelException">The queue is full, the event's clip is queued already, or the file cannot be moved; it stays where it is then.</exception>
    public Task EnqueueClipAsync(Guid eventId, string file, CancellationToken cancellationToken) => _queue.AddClipAsync(eventId, file, cancellationToken);

    /// <summary>Waits for what becomes of an event. Ask before it is queued.</summary>
    public Task<SendOutcome> EventOutcomeAsync(Guid eventId, CancellationToken cancellationToken) => _queue.OutcomeAsync(eventId, QueuedKind.Event).WaitAsync(cancellationToken);

    /// <summary>Waits for what becomes of a clip. Ask before it is queued.</summary>
    public Task<SendOutcome> ClipOutcomeAsync(Guid eventId, CancellationToken cancellationToken) => _queue.OutcomeAsync(eventId, QueuedKind.Clip).WaitAsync(cancellationToken);

    /// <summary>
    /// Uploads labelled snapshots, one answer each, in order, however often the connection breaks: an answer of accepted or duplicate means that the snapshot is stored durably.
    /// </summary>
    public async IAsyncEnumerable<UploadSnapshotResponse> UploadSnapshotsAsync(IReadOnlyList<UploadSnapshotRequest> snapshots, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(snapshots);
        var backoff = NewBackoff();
        int next = 0;
        while (next < snapshots.Count)
        {
            // One call for as many as it lasts; what was not answered is sent again, which changes nothing.
            var answers = new List<UploadSnapshotResponse>();
            try
            {
                await _slot.UseAsync(async client =>
                {
                    await foreach (UploadSnapshotResponse answer in client.UploadSnapshotsAsync(snapshots.Skip(next).Take(MaxEvents).ToAsyncEnumerable(), cancellationToken).ConfigureAwait(false))
                    {
                        answers.Add(answer);
                    }

                    return true;
                }).ConfigureAwait(false);
                backoff.Reset();
            }
            catch (RpcException e) when (e.IsTransient)
            {
                await WaitAsync("uploading snapshots", backoff, e, cancellationToken).ConfigureAwait(false);
            }

            next += answers.Count;
            foreach (UploadSnapshotResponse answer in answers)
            {
                yield return answer;
            }
        }
    }

    /// <summary>Reports the cameras now, or as soon as the node can be reached.</summary>
    /// <exception cref="RpcException">The node refuses.</exception>
    public async Task<SyncCapabilitiesResponse> SyncCapabilitiesAsync(CancellationToken cancellationToken)
    {
        Backoff backoff = NewBackoff();
        while (true)
        {
            try
            {
                return await ReportCamerasAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (RpcException e) when (e.IsTransient)
            {
                await WaitAsync("reporting cameras", backoff, e, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Does all of the above until cancelled. Call it once.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await _commands.RecoverAsync(cancellationToken).ConfigureAwait(false);
        if (_tunnel is not null)
        {
            // Before anything is sent, so that nothing waits out a failure that was to be expected.
            await _tunnel.TryEnsureAsync(cancellationToken).ConfigureAwait(false);
        }

        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] work =
        [
            LoopAsync("sending events", SendEventsAsync, failed.Token),
            LoopAsync("sending clips", SendClipAsync, failed.Token),
            LoopAsync("taking commands", TakeCommandsAsync, failed.Token),
            LoopAsync("watching for models", WatchModelsAsync, failed.Token),
            LoopAsync("heartbeat", EveryAsync(_options.HeartbeatInterval, token => _slot.UseAsync(c => c.HeartbeatAsync(token))), failed.Token),
            LoopAsync("telemetry", EveryAsync(_options.TelemetryInterval, SendTelemetryAsync), failed.Token),
            LoopAsync("reporting cameras", EveryAsync(_options.CapabilityInterval, ReportCamerasAsync), failed.Token),
            LoopAsync("renewing", EveryAsync(RenewalCheck, RenewInTimeAsync), failed.Token),
            LoopAsync("executing commands", _commands.RunAsync, failed.Token),
            .. _tunnel is null ? [] : new[]
            {
                _tunnel.RunAsync(failed.Token),
                LoopAsync("asking for the tunnel's settings", EveryAsync(_options.Tunnel!.RefreshInterval, RefreshTunnelAsync), failed.Token),
                LoopAsync("finding the way back", EveryAsync(_options.Tunnel.LostAfter / 2, FindBackAsync), failed.Token),
            },
        ];
        await Task.WhenAny(work).ConfigureAwait(false);
        await failed.CancelAsync().ConfigureAwait(false);
        try
        {
            await Task.WhenAll(work).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The agent is told to stop.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _slot.Dispose();
        _commands.Dispose();
        if (_tunnel is not null)
        {
            await _tunnel.DisposeAsync().ConfigureAwait(false);
        }

        _renewing.Dispose();
        await _database.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Repeats one piece of work; what is transient, or may change on the node, is waited out.</summary>
    private async Task LoopAsync(string name, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        Backoff backoff = NewBackoff();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await work(cancellationToken).ConfigureAwait(false);
                backoff.Reset();
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            catch (RpcException e)
            {
                await WaitAsync(name, backoff, e, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                // A full disk, a device's own code, settings that make no sense: none of it may end the rest of the agent.
                AgentLog.WorkFailed(_logger, name, e);
                await Task.Delay(backoff.Next(), _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<SyncCapabilitiesResponse> ReportCamerasAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<CameraCapability> cameras = await _device.DescribeCamerasAsync(cancellationToken).ConfigureAwait(false);
        return await _slot.UseAsync(c => c.SyncCapabilitiesAsync(cameras, cancellationToken)).ConfigureAwait(false);
    }

    private static Func<CancellationToken, Task> EveryAsync<T>(TimeSpan interval, TimeProvider time, Func<CancellationToken, Task<T>> work) => async token =>
    {
        await work(token).ConfigureAwait(false);
        await Task.Delay(interval, time, token).ConfigureAwait(false);
    };

    private Func<CancellationToken, Task> EveryAsync<T>(TimeSpan interval, Func<CancellationToken, Task<T>> work) => EveryAsync(interval, _time, work);

    private Backoff NewBackoff() => new(_options.FirstRetry, _options.LastRetry, Random.Shared);

    private async Task WaitAsync(string work, Backoff backoff, RpcException e, CancellationToken cancellationToken)
    {
        TimeSpan wait = backoff.Next();
        AgentLog.Waiting(_logger, work, Math.Round(wait.TotalSeconds, 1), e.StatusCode, e.Detail);
        await Task.Delay(wait, _time, cancellationToken).ConfigureAwait(false);
    }

    private async Task SendEventsAsync(CancellationToken cancellationToken)
    {
        // Asked for before the look: what is queued during it is not missed.
        Task changed = _queue.Changed;
        IReadOnlyList<QueuedItem> items = await _queue.PeekEventsAsync(MaxEvents, MaxEventBytes, cancellationToken).ConfigureAwait(false);
        if (items.Count == 0)
        {
            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        try
        {
            await SendEventsAsync(items, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException e) when (IsRefusal(e) || (e.StatusCode == StatusCode.ResourceExhausted && items.Count > 1))
        {
            // One of them is to blame for a refusal of them all: each is asked for alone.
            foreach (QueuedItem item in items)
            {
                await SendEventAloneAsync(item, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task SendEventAloneAsync(QueuedItem item, CancellationToken cancellationToken)
    {
        try
        {
            await SendEventsAsync([item], cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException e) when (IsRefusal(e))
        {
            await RefuseAsync(item, $"{e.StatusCode}: {e.Detail}", cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.ResourceExhausted)
        {
            await PassOverAsync(item, e, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task SendEventsAsync(IReadOnlyList<QueuedItem> items, CancellationToken cancellationToken)
    {
        SendEventsResponse response = await _slot.UseAsync(c => c.SendEventsAsync(items.Select(i => Event.Parser.ParseFrom(i.payload)), cancellationToken)).ConfigureAwait(false);
        HashSet<string> stored = [.. response.EventIds];
        if (!items.Any(i => stored.Contains(i.event_id) || response.Refused.Any(r => r.EventId == i.event_id)))
        {
            throw new RpcException(StatusCode.Internal, $"the node answered about none of {items.Count} events: {response.ErrorMessage}");
        }

        foreach (QueuedItem item in items)
        {
            if (stored.Contains(item.event_id))
            {
                await _queue.RemoveAsync(item, new SendOutcome(true), cancellationToken).ConfigureAwait(false);
            }
            else if (response.Refused.FirstOrDefault(r => r.EventId == item.event_id) is { } refused)
            {
                await RefuseAsync(item, $"{refused.Field}: {refused.Reason}", cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task SendClipAsync(CancellationToken cancellationToken)
    {
        Task changed = _queue.Changed;
        if (await _queue.PeekClipAsync(cancellationToken).ConfigureAwait(false) is not { } item)
        {
            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        try
        {
            FileStream clip = _queue.OpenClip(item);
            await using (clip.ConfigureAwait(false))
            {
                bool isStarted = item.is_started != 0;
                await _queue.MarkStartedAsync(item, cancellationToken).ConfigureAwait(false);
                await _slot.UseAsync(c => c.UploadClipAsync(Guid.Parse(item.event_id), clip, isStarted, cancellationToken)).ConfigureAwait(false);
            }

            await _queue.RemoveAsync(item, new SendOutcome(true), cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException e) when (IsRefusal(e))
        {
            await RefuseAsync(item, $"{e.StatusCode}: {e.Detail}", cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.ResourceExhausted)
        {
            await PassOverAsync(item, e, cancellationToken).ConfigureAwait(false);
            throw;
        }
        catch (FileNotFoundException e)
        {
            await RefuseAsync(item, e.Message, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the node says no to this one thing, for good. UNAUTHENTICATED is about the edge, RESOURCE_EXHAUSTED about the moment.</summary>
    private static bool IsRefusal(RpcException e) => e.StatusCode is StatusCode.InvalidArgument or StatusCode.PermissionDenied or StatusCode.FailedPrecondition or StatusCode.NotFound;

    /// <summary>A bound of the node is met for this one: it waits behind the others, which may be within theirs, and is tried again with them.</summary>
    private Task PassOverAsync(QueuedItem item, RpcException e, CancellationToken cancellationToken)
    {
        AgentLog.PassedOver(_logger, (QueuedKind)item.kind, item.event_id, e.Detail);
        return _queue.PassOverAsync(item, cancellationToken);
    }

    private Task RefuseAsync(QueuedItem item, string reason, CancellationToken cancellationToken)
    {
        AgentLog.Refused(_logger, (QueuedKind)item.kind, item.event_id, reason);
        return _queue.RemoveAsync(item, new SendOutcome(false, reason), cancellationToken);
    }

    private async Task TakeCommandsAsync(CancellationToken cancellationToken)
    {
        CancellationToken replaced = _slot.Replaced;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, replaced);
        try
        {
            await _slot.UseAsync(async client =>
            {
                await client.TakeCommandsAsync(_commands, ends.Token).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
            throw new RpcException(StatusCode.Unavailable, "the node ended the command stream");
        }
        catch (OperationCanceledException) when (replaced.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // On the new credentials now.
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            // A node of before there were commands.
            await Task.Delay(_options.LastRetry, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<CommandAnswer> ExecuteAsync(CommandAction action, CancellationToken cancellationToken)
    {
        switch (action.ActionCase)
        {
            case CommandAction.ActionOneofCase.SyncCapabilities:
                SyncCapabilitiesResponse response = await ReportCamerasAsync(cancellationToken).ConfigureAwait(false);
                return response.Success ? CommandAnswer.Done() : new CommandAnswer(CommandResult.Types.Outcome.Failed, Error: response.ErrorMessage);
            case CommandAction.ActionOneofCase.RefreshCredentials:
                await RenewAsync(cancellationToken).ConfigureAwait(false);
                if (_tunnel is not null)
                {
                    await RefreshTunnelAsync(cancellationToken).ConfigureAwait(false);
                    await ChangeTunnelKeyAsync(cancellationToken).ConfigureAwait(false);
                }

                return CommandAnswer.Done();
            default:
                return await _device.ExecuteAsync(action, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> SendTelemetryAsync(CancellationToken cancellationToken)
    {
        TelemetryData telemetry = await _device.MeasureAsync(cancellationToken).ConfigureAwait(false);
        telemetry.Timestamp = UnixNanoseconds.From(_time.GetUtcNow());
        telemetry.EdgeId = EdgeId.ToString();
        telemetry.Application ??= new ApplicationMetrics();
        telemetry.Application.EventQueueLength = Waiting.Items;
        SendTelemetryResponse response = await _slot.UseAsync(c => c.SendTelemetryAsync(telemetry, cancellationToken)).ConfigureAwait(false);
        return response.Success ? true : throw new RpcException(StatusCode.InvalidArgument, response.ErrorMessage);
    }

    private async Task WatchModelsAsync(CancellationToken cancellationToken)
    {
        CancellationToken replaced = _slot.Replaced;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, replaced);
        try
        {
            await _slot.UseAsync(async client =>
            {
                await _models.WatchAsync(client, ends.Token, cancellationToken).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
            throw new RpcException(StatusCode.Unavailable, "the node ended the watch for models");
        }
        catch (OperationCanceledException) when (replaced.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // On the new credentials now.
        }
    }

    /// <summary>Takes over the tunnel's settings and says that the node's next key is known, so that the node may change to it.</summary>
    private async Task<bool> RefreshTunnelAsync(CancellationToken cancellationToken)
    {
        TunnelSettings settings = await _slot.UseAsync(c => c.GetTunnelAsync(new GetTunnelRequest(), cancellationToken)).ConfigureAwait(false);
        await _tunnel!.ApplyAsync(settings, cancellationToken).ConfigureAwait(false);
        if (!settings.NodeNextPublicKey.IsEmpty)
        {
            await _slot.UseAsync(c => c.GetTunnelAsync(new GetTunnelRequest { KnownNextPublicKey = settings.NodeNextPublicKey }, cancellationToken)).ConfigureAwait(false);
        }

        return true;
    }

    private Task ChangeTunnelKeyAsync(CancellationToken cancellationToken) => _tunnel!.ChangeKeyAsync(
        key => _slot.UseAsync(c => c.GetTunnelAsync(new GetTunnelRequest { WireguardPublicKey = Google.Protobuf.ByteString.CopyFrom(key) }, cancellationToken)), cancellationToken);

    /// <summary>When nothing has come through the tunnel for long, the node may have changed its key meanwhile, or knows another key of this edge: the enrolment port tells.</summary>
    private async Task<bool> FindBackAsync(CancellationToken cancellationToken)
    {
        EdgeCredentials credentials = _slot.Credentials;
        if (_time.GetUtcNow() - _slot.LastAnswer < _options.Tunnel!.LostAfter || credentials.EnrollmentAddress.Length == 0)
        {
            return false;
        }

        using var client = EdgeClient.ForEnrollment(credentials, _time);
        try
        {
            await _tunnel!.ApplyAsync(await client.GetTunnelAsync(new GetTunnelRequest(), cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            AgentLog.WayBack(_logger, credentials.EnrollmentAddress, "gave the tunnel's settings");
            return true;
        }
        catch (RpcException e)
        {
            AgentLog.WayBack(_logger, credentials.EnrollmentAddress, $"said {e.StatusCode}");
            return false;
        }
    }

    private async Task<bool> RenewInTimeAsync(CancellationToken cancellationToken)
    {
        if (_time.GetUtcNow() >= _slot.Credentials.RenewAt)
        {
            await RenewAsync(cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        await _renewing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            EdgeCredentials renewed = await _slot.UseAsync(c => c.RenewAsync(_slot.Credentials, cancellationToken)).ConfigureAwait(false);

            // On the disk before it is used: what is used and lost could not be renewed again.
            renewed.Save(_options.CredentialsDirectory);
            _slot.Replace(renewed);
            AgentLog.Renewed(_logger, renewed.Certificate.NotAfter.ToUniversalTime());
        }
        finally
        {
            _renewing.Release();
        }
    }
}
