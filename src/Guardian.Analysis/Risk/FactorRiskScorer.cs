namespace Guardian.Analysis;

/// <summary>
/// The embedded scorer: a sum of factors, each with its own bounds, clamped to 0 to 100. Levels: none below 15, low from 15, medium from
/// 35, high from 60, critical from 80. With s = score ÷ threshold the factors are:
/// <list type="bullet">
/// <item><c>anomaly_strength</c>: 15 + 30·(1 − 2^(1 − s)) above the threshold, −20·(1 − s) below</item>
/// <item><c>extent</c>: 10·min(1, share of the picture ÷ 10 %)</item>
/// <item><c>detected_object</c> (a label of its own): confidence × (5 + 15·novelty), novelty = 1 − min(1, label frequency ÷ 10 %); ⅓
/// without a baseline</item>
/// <item><c>place_novelty</c>: 20·(1 − f ÷ 10 %) up to f = 10 %, then falling to −10 at 50 %; 5 without a baseline</item>
/// <item><c>time_of_day</c>: 10·(1 − q) in quieter hours, −5·min(1, q − 1) in busier ones, q = the hour's activity ÷ the day's</item>
/// <item><c>persistence</c>: 10·(2·share of frames − 1), from two frames on</item>
/// <item><c>edge_agreement</c>: 5 when both are above their thresholds, 20·(1 − 2^(1 − e)) when only the edge is, −5 when only the node is;
/// e = the edge's s</item>
/// <item><c>edge_detections</c>: 5 when a box of the edge overlaps one of the node</item>
/// <item><c>edge_score</c>, without a model: as anomaly_strength with e, but −10·(1 − e) below; else <c>edge_confidence</c>: 40 × confidence</item>
/// <item><c>unverified</c>: 5 when no model has looked, 15 when there is nothing to judge by at all</item>
/// <item><c>camera_obscured</c>: 40</item>
/// </list>
/// The weights are set by hand so that a lasting object of twice the threshold at a new place is high and a passing one is medium; they are
/// not learned. Thread-safe.
/// </summary>
public sealed class FactorRiskScorer : IRiskScorer
{
    private const double Low = 15, Medium = 35, High = 60, Critical = 80;

    /// <inheritdoc/>
    public RiskScore Score(AnalysisContext context, AnomalyAssessment assessment)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(assessment);
        RiskFactor?[] candidates =
        [
            SightFactors.Strength(context),
            SightFactors.Extent(context),
            SightFactors.Persistence(context),
            SightFactors.Obscured(assessment),
            BaselineFactors.Object(context),
            BaselineFactors.Place(context),
            BaselineFactors.Time(context, assessment),
            EdgeFactors.Agreement(context),
            EdgeFactors.Detections(context),
            EdgeFactors.Alone(context),
            EdgeFactors.Unverified(context),
        ];
        RiskFactor[] factors = [.. candidates.OfType<RiskFactor>().OrderByDescending(f => Math.Abs(f.Points))];
        double value = Math.Clamp(factors.Sum(f => f.Points), 0, 100);
        return new RiskScore { Level = LevelOf(value), Value = value, Factors = factors };
    }

    private static RiskLevel LevelOf(double value) => value switch
    {
        >= Critical => RiskLevel.Critical,
        >= High => RiskLevel.High,
        >= Medium => RiskLevel.Medium,
        >= Low => RiskLevel.Low,
        _ => RiskLevel.None,
    };
}
