namespace Guardian.Analysis;

/// <summary>
/// The embedded reasoner: rules over model, picture quality and baseline, the first that holds decides. 1. At least half of the frames show
/// next to nothing, and no model knows them as normal: camera obscured. 2. At least half of the map is above the threshold: scene change.
/// 3. Nothing speaks for an anomaly: none, or unclassified when no model was there to say so and the edge does not either. 4. The baseline
/// is too thin: unclassified. 5. A label in fewer than 5 % of the baseline's frames: new object. 6. A place covered in fewer than 5 %:
/// unusual place. 7. More objects than ever, and than the mean by 3 deviations: unusual count. 8. An hour half as active as the day:
/// unusual time. 9. Else unclassified, or none when the model calls the frames normal. Thread-safe, deterministic.
/// </summary>
public sealed class BaselineReasoner : IAnomalyReasoner
{
    private const double SceneShare = 0.5, Rare = 0.05, QuietHour = 0.5, MinActivity = 0.1, CountDeviations = 3, MinCountDeviation = 0.5, SureEdge = 0.5;
    private const int MinHourFrames = 5;

    /// <inheritdoc/>
    public AnomalyAssessment Assess(AnalysisContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Obscured(context) ?? SceneChange(context) ?? Judge(context, context.Strongest?.Evidence ?? []);
    }

    private static AnomalyAssessment Judge(AnalysisContext context, IReadOnlyList<DetectedObject> evidence)
    {
        if (evidence.Count == 0 && context.AnomalousFrames == 0)
        {
            return context.HasModel ? Normal(context) : Unseen(context);
        }

        string strength = Strength(context);
        if (!context.Baseline.IsKnown)
        {
            string seen = Words.Count(context.Baseline.FramesObserved, "frame");
            return Make(
                AnomalyType.Unclassified, Confidence(context),
                $"{strength}; the baseline has {seen} of the {CameraBaseline.MinFrames} that are needed to say what is usual.");
        }

        return NewObject(context, evidence, strength) ?? UnusualPlace(context, evidence, strength) ?? UnusualCount(context, evidence, strength)
            ?? UnusualTime(context, strength) ?? Explained(context, strength);
    }

    private static AnomalyAssessment? Obscured(AnalysisContext context)
    {
        List<FrameFinding> blind = [.. context.Frames.Where(f => f.Quality.IsFeatureless && (f.Map is null || f.IsAnomalous))];
        if (blind.Count == 0 || blind.Count * 2 < context.Frames.Count)
        {
            return null;
        }

        FrameQuality q = blind[^1].Quality;
        string text = $"Next to nothing can be seen in {blind.Count} of {Words.Count(context.Frames.Count, "frame")}: brightness {Words.Number(q.Brightness)} of 255, "
            + $"contrast {Words.Number(q.Contrast)}, sharpness {Words.Number(q.Sharpness)}, entropy {Words.Number(q.Entropy)} bits"
            + (context.HasModel ? "; the model does not know this picture." : "; there is no model to say whether that is normal here.");
        double share = (double)blind.Count / context.Frames.Count;
        return Make(AnomalyType.CameraObscured, (context.HasModel ? 0.9 : 0.6) * share, text);
    }

    private static AnomalyAssessment? SceneChange(AnalysisContext context)
    {
        if (context.Strongest is not { Map: { IsAnomalous: true } map } || map.ShareAbove(map.Threshold) is not (>= SceneShare and var share))
        {
            return null;
        }

        return Make(
            AnomalyType.SceneChange, share,
            $"{Strength(context)}; {Words.Percent(share)} of the picture deviates: the camera was moved, or light or weather changed.");
    }

    private static AnomalyAssessment Normal(AnalysisContext context)
    {
        double strength = context.Strength ?? 0;
        string edge = context.EdgeStrength is > 1 and var e ? $" The edge saw more: {Words.Number(e)} times its own threshold." : "";
        return Make(AnomalyType.None, 1 - (0.5 * Math.Min(1, strength)), $"{Strength(context)}: nothing unusual.{edge}");
    }

    /// <summary>Nobody on the node could judge the pictures; what the edge says is all there is.</summary>
    private static AnomalyAssessment Unseen(AnalysisContext context)
    {
        string why = context.Frames.Count == 0 ? "There is no frame that can be looked at" : "No model has looked at the frames";
        AnalysisRequest request = context.Request;
        string seen = request.EdgeDetections.Count == 0
            ? ""
            : $" It names {string.Join(", ", request.EdgeDetections.Select(d => d.Label).Distinct().Take(5))}.";
        if (context.EdgeStrength is { } strength)
        {
            string scored = $"{why}; the edge's score is {Words.Number(request.EdgeScore)}, "
                + $"{Words.Number(strength)} times its threshold of {Words.Number(request.EdgeThreshold)}.{seen}";
            return strength > 1
                ? Make(AnomalyType.Unclassified, 0.5 * (1 - Math.Pow(0.5, strength)), scored)
                : Make(AnomalyType.None, 0.5, scored);
        }

        double confidence = request.EdgeConfidence;
        return confidence >= SureEdge || request.EdgeDetections.Count > 0
            ? Make(AnomalyType.Unclassified, 0.5 * confidence, $"{why}; the edge reports it with confidence {Words.Number(confidence)}.{seen}")
            : Make(AnomalyType.Unclassified, 0, $"{why}, and the edge says too little (confidence {Words.Number(confidence)}) to judge by.");
    }

    private static AnomalyAssessment? NewObject(AnalysisContext context, IReadOnlyList<DetectedObject> evidence, string strength)
    {
        DetectedObject? rarest = evidence.MinBy(o => context.Baseline.LabelFrequency(o.Label));
        if (rarest is null || context.Baseline.LabelFrequency(rarest.Label) >= Rare)
        {
            return null;
        }

        long times = context.Baseline.Labels.GetValueOrDefault(rarest.Label);
        string what = rarest.Label == DetectedObject.Region ? "something that is not part of the normal picture" : $"'{rarest.Label}'";
        return Make(
            AnomalyType.NewObject, Confidence(context) * rarest.Confidence,
            $"{strength}; {what} was there in {times} of {Words.Count(context.Baseline.FramesObserved, "normal frame")}.");
    }

    private static AnomalyAssessment? UnusualPlace(AnalysisContext context, IReadOnlyList<DetectedObject> evidence, string strength)
    {
        FrameFinding frame = context.Strongest!;
        DetectedObject? oddest = evidence.MinBy(o => context.Baseline.FrequencyAt(o, frame.Width, frame.Height));
        if (oddest is null || context.Baseline.FrequencyAt(oddest, frame.Width, frame.Height) is not (< Rare and var frequency))
        {
            return null;
        }

        return Make(
            AnomalyType.UnusualPlace, Confidence(context) * oddest.Confidence,
            $"{strength}; '{oddest.Label}' is usual here, but not at this place: things are there in about {Words.Percent(frequency)} of the normal frames.");
    }

    private static AnomalyAssessment? UnusualCount(AnalysisContext context, IReadOnlyList<DetectedObject> evidence, string strength)
    {
        CameraBaseline baseline = context.Baseline;
        double limit = baseline.TypicalCount + (CountDeviations * Math.Max(MinCountDeviation, baseline.CountDeviation));
        return evidence.Count <= Math.Max(limit, baseline.MaxCount) ? null : Make(
            AnomalyType.UnusualCount, Confidence(context),
            $"{strength}; {Words.Count(evidence.Count, "object")} at once, {Words.Number(baseline.TypicalCount)} are usual and {baseline.MaxCount} were the most.");
    }

    private static AnomalyAssessment? UnusualTime(AnalysisContext context, string strength)
    {
        CameraBaseline baseline = context.Baseline;
        double activity = baseline.ActivityAt(context.LocalHour);
        bool quiet = baseline.FramesAt(context.LocalHour) >= MinHourFrames && baseline.Activity >= MinActivity && activity < QuietHour * baseline.Activity;
        return !quiet ? null : Make(
            AnomalyType.UnusualTime, Confidence(context),
            $"{strength}; from {Words.Hour(context.LocalHour)} something is there in {Words.Percent(activity)} of the normal frames, "
                + $"over the whole day in {Words.Percent(baseline.Activity)}.");
    }

    private static AnomalyAssessment Explained(AnalysisContext context, string strength) => context.AnomalousFrames > 0
        ? Make(AnomalyType.Unclassified, Confidence(context), $"{strength}; the baseline has nothing against objects, place, number or hour.")
        : Make(AnomalyType.None, context.HasModel ? 0.9 : 0.7, $"{strength}; what was detected is usual in kind, place, number and hour.");

    private static string Strength(AnalysisContext context) => context.StrongestMap is not { } map
        ? "No model has scored the frames"
        : $"The score is {Words.Number(map.Score)}, {Words.Number(map.Strength)} times the threshold of {Words.Number(map.Threshold)}, "
            + $"and {context.AnomalousFrames} of {Words.Count(context.Frames.Count(f => f.Map is not null), "frame")} are above it";

    /// <summary>Grows with the strength, and with the share of frames that agree; without a model the detector's labels alone get ¾.</summary>
    private static double Confidence(AnalysisContext context)
    {
        if (context.AnomalousFrames == 0)
        {
            return 0.75;
        }

        double agreeing = (double)context.AnomalousFrames / context.Frames.Count(f => f.Map is not null);
        return (1 - Math.Pow(0.5, context.Strength!.Value)) * (0.5 + (0.5 * agreeing));
    }

    private static AnomalyAssessment Make(AnomalyType type, double confidence, string explanation) =>
        new() { AnomalyType = type, Confidence = Math.Clamp(confidence, 0, 1), Explanation = explanation };
}
