namespace Guardian.Analysis;

/// <summary>How unusual a frame is, as a whole and place by place, by the camera's model.</summary>
public sealed class AnomalyMap
{
    private const int MaxSide = 512;
    private const double MaxStrength = 1e6;

    /// <summary>Makes a map.</summary>
    /// <param name="score">How strange the frame is as a whole; finite.</param>
    /// <param name="threshold">Scores above it are anomalous; finite and positive.</param>
    /// <param name="cells">[row, column] from the top left, 1 to 512 a side. Not copied.</param>
    /// <exception cref="AnalysisException">A value is outside its bounds: the model is not one to judge by.</exception>
    public AnomalyMap(double score, double threshold, float[,] cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        if (!double.IsFinite(score))
        {
            throw new AnalysisException($"{nameof(score)}: the model gave {score}, a finite number is needed");
        }

        if (!double.IsFinite(threshold) || threshold <= 0)
        {
            throw new AnalysisException($"{nameof(threshold)}: the model gave {threshold}, a finite number above 0 is needed");
        }

        if (cells.GetLength(0) is < 1 or > MaxSide || cells.GetLength(1) is < 1 or > MaxSide)
        {
            throw new AnalysisException($"{nameof(cells)}: the map is {cells.GetLength(0)}x{cells.GetLength(1)}, 1 to {MaxSide} a side are taken");
        }

        Score = score;
        Threshold = threshold;
        Cells = cells;
    }

    /// <summary>How strange the frame is as a whole, on the scale of <see cref="Threshold"/>.</summary>
    public double Score { get; }

    /// <summary>Scores above it are anomalous.</summary>
    public double Threshold { get; }

    /// <summary>
    /// How strange each place is, [row, column] from the top left, the cells dividing the frame evenly, on the scale of <see cref="Threshold"/>. A model with an
    /// input of 224×224 has 56×56 cells. A cell that is not a number says nothing.
    /// </summary>
    public float[,] Cells { get; }

    /// <summary>True when <see cref="Score"/> is above <see cref="Threshold"/>.</summary>
    public bool IsAnomalous => Score > Threshold;

    /// <summary>Score ÷ threshold, 0 to 1 000 000: above 1 is anomalous.</summary>
    public double Strength => Math.Clamp(Score / Threshold, 0, MaxStrength);

    /// <summary>The share of cells at or above a level, 0 to 1.</summary>
    /// <param name="level">On the scale of the cells.</param>
    public double ShareAbove(double level)
    {
        int above = 0;
        foreach (float cell in Cells)
        {
            above += cell >= level ? 1 : 0;
        }

        return (double)above / Cells.Length;
    }
}
