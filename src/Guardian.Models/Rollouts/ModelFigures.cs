namespace Guardian.Models;

/// <summary>What edges measured with a model.</summary>
/// <param name="Frames">Frames that were scored.</param>
/// <param name="Alarms">Those over the threshold.</param>
/// <param name="Seconds">Time that scoring took, all together.</param>
public readonly record struct ModelFigures(long Frames, long Alarms, double Seconds)
{
    /// <summary>Alarms per frame; null without frames.</summary>
    public double? AlarmRate => Frames == 0 ? null : (double)Alarms / Frames;

    /// <summary>Milliseconds for one frame on average; null without frames.</summary>
    public double? MillisecondsPerFrame => Frames == 0 ? null : Seconds * 1000 / Frames;

    /// <summary>Both together.</summary>
    public static ModelFigures operator +(ModelFigures left, ModelFigures right) => Add(left, right);

    /// <summary>Both together.</summary>
    public static ModelFigures Add(ModelFigures left, ModelFigures right) => new(left.Frames + right.Frames, left.Alarms + right.Alarms, left.Seconds + right.Seconds);
}
