namespace Guardian.Analysis;

/// <summary>Risk from what is usual for the camera; the formulas are written at <see cref="FactorRiskScorer"/>.</summary>
internal static class BaselineFactors
{
    private const double Usual = 0.1, Familiar = 0.5, MaxPlace = 20, FamiliarPlace = 10, UnknownPlace = 5;
    private const double AnyObject = 5, NewLabel = 15, UnknownNovelty = 1.0 / 3, QuietHour = 10, BusyHour = 5;
    private const int MinHourFrames = 5;

    public static RiskFactor? Object(AnalysisContext context)
    {
        CameraBaseline baseline = context.Baseline;
        double Points(DetectedObject o) => o.Confidence * (AnyObject + (NewLabel * Novelty(baseline, o.Label)));
        DetectedObject? best = (context.Strongest?.Evidence ?? []).Where(o => o.Label != DetectedObject.Region).MaxBy(Points);
        if (best is null)
        {
            return null;
        }

        string usual = baseline.IsKnown
            ? $"; it is in about {Words.Percent(baseline.LabelFrequency(best.Label))} of the normal frames."
            : "; how usual that is here is not known yet.";
        return new RiskFactor("detected_object", $"'{best.Label}' was detected with confidence {Words.Number(best.Confidence)}{usual}", Points(best));
    }

    public static RiskFactor? Place(AnalysisContext context)
    {
        if (context.Strongest is not { } frame || frame.Evidence.Count == 0)
        {
            return null;
        }

        CameraBaseline baseline = context.Baseline;
        if (!baseline.IsKnown)
        {
            return new RiskFactor(
                "place_novelty",
                $"How usual the place is is not known: the baseline has {Words.Count(baseline.FramesObserved, "frame")}, {CameraBaseline.MinFrames} are needed.",
                UnknownPlace);
        }

        double frequency = frame.Evidence.Min(o => baseline.FrequencyAt(o, frame.Width, frame.Height));
        double points = frequency <= Usual
            ? MaxPlace * (1 - (frequency / Usual))
            : -FamiliarPlace * Math.Min(1, (frequency - Usual) / (Familiar - Usual));
        return new RiskFactor(
            "place_novelty",
            $"Something is at this place in about {Words.Percent(frequency)} of {Words.Count(baseline.FramesObserved, "normal frame")}.",
            points);
    }

    public static RiskFactor? Time(AnalysisContext context, AnomalyAssessment assessment)
    {
        CameraBaseline baseline = context.Baseline;
        if (assessment.AnomalyType == AnomalyType.None || !baseline.IsKnown || baseline.FramesAt(context.LocalHour) < MinHourFrames)
        {
            return null;
        }

        double hour = baseline.ActivityAt(context.LocalHour), day = baseline.Activity, ratio = hour / day;
        return new RiskFactor(
            "time_of_day",
            $"From {Words.Hour(context.LocalHour)} something is there in {Words.Percent(hour)} of the normal frames, over the whole day in {Words.Percent(day)}.",
            ratio < 1 ? QuietHour * (1 - ratio) : BusyHour * Math.Max(-1, 1 - ratio));
    }

    private static double Novelty(CameraBaseline baseline, string label) =>
        baseline.IsKnown ? 1 - Math.Min(1, baseline.LabelFrequency(label) / Usual) : UnknownNovelty;
}
