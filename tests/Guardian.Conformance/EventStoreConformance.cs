using Guardian.Events;
using Guardian.Testing;

namespace Guardian.Conformance;

/// <summary>What every <see cref="IEventStore"/> must do. A provider's tests derive from this class and make the store.</summary>
public abstract class EventStoreConformance : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan LeaseTime = TimeSpan.FromMinutes(1);

    /// <summary>The clock that the store was given.</summary>
    protected ManualTime Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    /// <summary>An empty store that raises alerts from medium severity on.</summary>
    protected abstract IEventStore Store { get; }

    public abstract Task InitializeAsync();

    public abstract Task DisposeAsync();

    [Fact(Timeout = 30_000)]
    public async Task a_confidence_is_leased_as_it_was_sent_whole_or_not()
    {
        double[] sent = [0.87, 0, 1, 0.5];
        foreach (double confidence in sent)
        {
            await AppendAsync(Event() with { Confidence = confidence });
        }

        Assert.Equal(sent.Order(), (await Store.LeaseAsync(EventStage.Pending, 10, LeaseTime, None)).Select(l => l.Event.Confidence).Order());
    }

    [Fact(Timeout = 30_000)]
    public async Task an_event_comes_back_as_it_was_sent()
    {
        IncomingEvent sent = Event() with
        {
            Confidence = 0.75,
            ModelId = "front-door-1",
            AnomalyScore = 7.5,
            AnomalyThreshold = 4,
            Detections = [new Detection("person", 0.9, 1, 2, 30, 40)],
            Metadata = new Dictionary<string, string> { ["zone"] = "garden" },
            Frames = [new EventFrame(new byte[] { 1, 2, 3 }, Time.GetUtcNow())],
        };
        Assert.Equal(AppendStatus.Stored, (await AppendAsync(sent)).Status);

        StoredEvent got = (await Store.GetAsync(sent.Id, None))!;
        Assert.Equal((sent.Id, sent.CameraId, sent.EdgeId, sent.Type, sent.OccurredAt), (got.Id, got.CameraId, got.EdgeId, got.Type, got.OccurredAt));
        Assert.Equal((0.75, "front-door-1", 7.5, 4.0, 1, EventStage.Pending), (got.Confidence, got.ModelId, got.AnomalyScore, got.AnomalyThreshold, got.FrameCount, got.Stage));
        Assert.Equal(sent.Detections, got.Detections);
        Assert.Equal("garden", got.Metadata["zone"]);
        Assert.Equal(Time.GetUtcNow(), got.ReceivedAt);
        Assert.Null(got.Verdict);
    }

    [Fact(Timeout = 30_000)]
    public async Task an_erased_event_is_gone_with_all_of_it_and_does_not_come_back()
    {
        IncomingEvent erased = Event() with { Frames = [new EventFrame(new byte[] { 1, 2, 3 }, Time.GetUtcNow())] }, kept = Event();
        await AppendAsync(erased);
        await AppendAsync(kept);
        IReadOnlyList<EventLease> leases = await Store.LeaseAsync(EventStage.Pending, 10, LeaseTime, None);
        EventLease lease = leases.Single(l => l.Event.Id == erased.Id);
        Assert.True(await Store.SaveVerdictAsync(lease, Judge(Severity.Critical), None));
        EventLease release = Assert.Single(await Store.LeaseAsync(EventStage.Analysed, 10, LeaseTime, None));

        Assert.True(await Store.EraseAsync(erased.Id, None));
        Assert.False(await Store.EraseAsync(erased.Id, None));
        Assert.Null(await Store.GetAsync(erased.Id, None));
        Assert.Equal(kept.Id, Assert.Single((await Store.ListAsync(new EventQuery(), None)).Events).Id);
        Assert.Empty(await Store.ListAlertsAsync(openOnly: false, 10, None));
        Assert.False(await Store.ReleaseAsync(release, None));
        Assert.Equal(AppendStatus.Duplicate, (await AppendAsync(erased)).Status);
        Assert.Equal(AppendStatus.Refused, (await AppendAsync(erased with { EdgeId = "another-edge" })).Status);
        Assert.Null(await Store.GetAsync(erased.Id, None));
    }

    [Fact(Timeout = 30_000)]
    public async Task everything_of_a_camera_is_erased_but_what_is_excepted()
    {
        IncomingEvent[] door = [.. Enumerable.Range(0, 3).Select(_ => Event() with { CameraId = new CameraId("door") })];
        IncomingEvent yard = Event() with { CameraId = new CameraId("yard") };
        foreach (IncomingEvent e in door.Append(yard))
        {
            await AppendAsync(e);
        }

        Assert.Equal(new[] { door[0].Id, door[2].Id }.ToHashSet(), (await Store.EraseCameraAsync(new CameraId("door"), [door[1].Id], None)).ToHashSet());
        Assert.Equal(new[] { door[1].Id, yard.Id }.ToHashSet(), (await Store.ListAsync(new EventQuery(), None)).Events.Select(e => e.Id).ToHashSet());
        Assert.Empty(await Store.EraseCameraAsync(new CameraId("door"), [door[1].Id], None));
    }

    [Fact(Timeout = 30_000)]
    public async Task an_event_sent_twice_is_stored_once()
    {
        IncomingEvent e = Event();
        Assert.Equal(AppendStatus.Stored, (await AppendAsync(e)).Status);
        Assert.Equal(AppendStatus.Duplicate, (await AppendAsync(e)).Status);
        IReadOnlyList<AppendResult> both = await Store.AppendAsync([e, Event(), e], None);

        Assert.Equal([AppendStatus.Duplicate, AppendStatus.Stored, AppendStatus.Duplicate], both.Select(r => r.Status));
        Assert.Equal(2, (await Store.ListAsync(new EventQuery(), None)).Events.Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task many_senders_of_the_same_events_store_each_once()
    {
        IncomingEvent[] events = [.. Enumerable.Range(0, 50).Select(_ => Event())];
        IReadOnlyList<AppendResult>[] all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Store.AppendAsync(events, None))));

        Assert.Equal(50, all.SelectMany(r => r).Count(r => r.Status == AppendStatus.Stored));
        Assert.Equal(350, all.SelectMany(r => r).Count(r => r.Status == AppendStatus.Duplicate));
    }

    [Fact(Timeout = 30_000)]
    public async Task an_id_of_another_edges_event_is_refused()
    {
        IncomingEvent e = Event();
        await AppendAsync(e);
        AppendResult stolen = await AppendAsync(e with { EdgeId = "other-edge" });
        Assert.Equal((AppendStatus.Refused, "id"), (stolen.Status, stolen.Refusal!.Field));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_bad_event_is_refused_by_field_and_its_neighbours_are_stored()
    {
        IncomingEvent[] events =
        [
            Event(),
            Event() with { Type = "No Such Type" },
            Event() with { Confidence = double.NaN },
            Event() with { OccurredAt = Time.GetUtcNow().AddDays(2) },
            Event() with { EdgeId = "" },
            Event() with { AnomalyScore = double.PositiveInfinity },
            Event() with { Frames = [.. Enumerable.Repeat(new EventFrame(new byte[1], Time.GetUtcNow()), 9)] },
            Event() with { Frames = [new EventFrame(default, Time.GetUtcNow())] },
            Event() with { Frames = [new EventFrame(new byte[(2 << 20) + 1], Time.GetUtcNow())] },
            Event() with { Detections = [new Detection("x", 2, 0, 0, 1, 1)] },
            Event() with { Metadata = Enumerable.Range(0, 33).ToDictionary(i => $"k{i}", _ => "") },
            Event() with { Metadata = new Dictionary<string, string> { ["k"] = new('x', 1025) } },
        ];
        IReadOnlyList<AppendResult> results = await Store.AppendAsync(events, None);

        Assert.Equal(
            [null, "event_type", "confidence", "timestamp", "edge_id", "anomaly_score", "frames", "frames", "frames", "detections", "metadata", "metadata"],
            results.Select(r => r.Refusal?.Field));
        Assert.Single((await Store.ListAsync(new EventQuery(), None)).Events);
    }

    [Fact(Timeout = 30_000)]
    public async Task filters_select_by_camera_type_severity_and_time()
    {
        DateTimeOffset start = Time.GetUtcNow();
        IncomingEvent a = Event() with { CameraId = new CameraId("a"), OccurredAt = start.AddMinutes(-3) };
        IncomingEvent b = Event() with { CameraId = new CameraId("b"), OccurredAt = start.AddMinutes(-2), Type = "motion" };
        IncomingEvent c = Event() with { CameraId = new CameraId("a"), OccurredAt = start.AddMinutes(-1) };
        await Store.AppendAsync([a, b, c], None);
        await JudgeAllAsync(e => e.Id == c.Id ? Severity.High : Severity.Low);

        Assert.Equal([c.Id, b.Id, a.Id], await IdsAsync(new EventQuery()));
        Assert.Equal([c.Id, a.Id], await IdsAsync(new EventQuery { CameraId = a.CameraId }));
        Assert.Equal([b.Id], await IdsAsync(new EventQuery { Type = "motion" }));
        Assert.Equal([c.Id], await IdsAsync(new EventQuery { MinSeverity = Severity.Medium }));
        Assert.Equal([b.Id, a.Id], await IdsAsync(new EventQuery { To = c.OccurredAt }));
        Assert.Equal([b.Id], await IdsAsync(new EventQuery { From = b.OccurredAt, To = c.OccurredAt }));
    }

    [Fact(Timeout = 30_000)]
    public async Task pages_neither_repeat_nor_skip_while_new_events_arrive()
    {
        // Every third event shares its time with a neighbour, so that the cursor must tell them apart by id.
        IncomingEvent[] events = [.. Enumerable.Range(0, 100).Select(i => Event() with { OccurredAt = Time.GetUtcNow().AddSeconds(-(i / 3)) })];
        await Store.AppendAsync(events, None);
        var seen = new List<EventId>();
        string? cursor = null;
        do
        {
            EventPage page = await Store.ListAsync(new EventQuery { Limit = 7, Cursor = cursor }, None);
            seen.AddRange(page.Events.Select(e => e.Id));
            cursor = page.NextCursor;
            await AppendAsync(Event() with { OccurredAt = Time.GetUtcNow().AddSeconds(1) });
        }
        while (cursor is not null);

        Assert.Equal(100, seen.Count);
        Assert.Equal(events.Select(e => e.Id).ToHashSet(), seen.ToHashSet());
    }

    [Theory(Timeout = 30_000)]
    [InlineData("")]
    [InlineData("!!!!")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task a_cursor_that_no_listing_gave_is_refused(string cursor) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Store.ListAsync(new EventQuery { Cursor = cursor }, None));

    [Fact(Timeout = 30_000)]
    public async Task a_verdict_is_saved_with_its_one_alert()
    {
        IncomingEvent e = Event();
        await AppendAsync(e);
        EventLease lease = Assert.Single(await Store.LeaseAsync(EventStage.Pending, 10, LeaseTime, None));
        Verdict verdict = Judge(Severity.High);
        Assert.True(await Store.SaveVerdictAsync(lease, verdict, None));
        Assert.False(await Store.SaveVerdictAsync(lease, verdict, None));

        StoredEvent judged = (await Store.GetAsync(e.Id, None))!;
        Assert.Equal(EventStage.Analysed, judged.Stage);
        Assert.Equal((verdict.AnomalyType, verdict.Severity, verdict.Score, verdict.AnalysedAt), (judged.Verdict!.AnomalyType, judged.Verdict.Severity, judged.Verdict.Score, judged.Verdict.AnalysedAt));
        Assert.Equal(verdict.Reasons, judged.Verdict.Reasons);
        Alert alert = Assert.Single(await Store.ListAlertsAsync(openOnly: true, 10, None));
        Assert.Equal((e.Id, Severity.High, "a stranger"), (alert.EventId, alert.Severity, alert.Summary));

        Assert.True(await Store.AcknowledgeAlertAsync(alert.Id, None));
        Assert.Empty(await Store.ListAlertsAsync(openOnly: true, 10, None));
        Assert.Equal(Time.GetUtcNow(), Assert.Single(await Store.ListAlertsAsync(openOnly: false, 10, None)).AcknowledgedAt);
        Assert.False(await Store.AcknowledgeAlertAsync(alert.Id + 1, None));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_low_verdict_raises_no_alert()
    {
        await AppendAsync(Event());
        await JudgeAllAsync(_ => Severity.Low);
        Assert.Empty(await Store.ListAlertsAsync(openOnly: false, 10, None));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_leased_event_is_nobody_elses_until_the_lease_ends()
    {
        await AppendAsync(Event() with { Frames = [new EventFrame(new byte[] { 7 }, Time.GetUtcNow())] });
        EventLease first = Assert.Single(await Store.LeaseAsync(EventStage.Pending, 10, LeaseTime, None));
        Assert.Equal([7], Assert.Single(first.Frames).Jpeg.ToArray());
        Assert.Empty(await Store.LeaseAsync(EventStage.Pending, 10, LeaseTime, None));

        Time.Advance(LeaseTime + TimeSpan.FromSeconds(1));
        EventLease second = Assert.Single(await Store.LeaseAsync(EventStage.Pending, 10, LeaseTime, None));
        Assert.Equal(2, second.Attempt);
        Assert.False(await Store.SaveVerdictAsync(first, Judge(Severity.Low), None));
        Assert.True(await Store.SaveVerdictAsync(second, Judge(Severity.Low), None));
    }

    [Fact(Timeout = 30_000)]
    public async Task a_postponed_event_comes_back_after_its_wait()
    {
        await AppendAsync(Event());
        EventLease lease = Assert.Single(await Store.LeaseAsync(EventStage.Pending, 10, LeaseTime, None));
        Assert.True(await Store.PostponeAsync(lease, TimeSpan.FromSeconds(10), "no model yet", None));
        Assert.Empty(await Store.LeaseAsync(EventStage.Pending, 10, LeaseTime, None));
        Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Single(await Store.LeaseAsync(EventStage.Pending, 10, LeaseTime, None));
    }

    [Fact(Timeout = 30_000)]
    public async Task frames_stay_until_they_are_released()
    {
        IncomingEvent e = Event() with { Frames = [new EventFrame(new byte[] { 7 }, Time.GetUtcNow())] };
        await AppendAsync(e);
        await JudgeAllAsync(_ => Severity.Low);
        EventLease lease = Assert.Single(await Store.LeaseAsync(EventStage.Analysed, 10, LeaseTime, None));
        Assert.Single(lease.Frames);
        Assert.NotNull(lease.Event.Verdict);

        Assert.True(await Store.ReleaseAsync(lease, None));
        Assert.Equal(EventStage.Released, (await Store.GetAsync(e.Id, None))!.Stage);
        Assert.Empty(await Store.LeaseAsync(EventStage.Analysed, 10, LeaseTime, None));
    }

    /// <summary>An event with a new id that breaks no rule.</summary>
    protected IncomingEvent Event() => new()
    {
        Id = new EventId(Guid.NewGuid()),
        CameraId = new CameraId("front-door"),
        EdgeId = "edge-1",
        Type = "anomaly",
        OccurredAt = Time.GetUtcNow(),
    };

    protected async Task<AppendResult> AppendAsync(IncomingEvent e) => (await Store.AppendAsync([e], None))[0];

    private Verdict Judge(Severity severity) => new()
    {
        AnomalyType = "unknown_object",
        Severity = severity,
        Score = 71.5,
        Reasons = [new VerdictReason("anomaly_score", "a stranger", 71.5)],
        Regions = [new Detection("region", 1, 10, 20, 30, 40)],
        AnalysedAt = Time.GetUtcNow(),
    };

    private async Task JudgeAllAsync(Func<StoredEvent, Severity> severity)
    {
        foreach (EventLease lease in await Store.LeaseAsync(EventStage.Pending, 100, LeaseTime, None))
        {
            Assert.True(await Store.SaveVerdictAsync(lease, Judge(severity(lease.Event)), None));
        }
    }

    private async Task<List<EventId>> IdsAsync(EventQuery query) => [.. (await Store.ListAsync(query, None)).Events.Select(e => e.Id)];
}
