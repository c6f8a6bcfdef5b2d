namespace Guardian.Models.Training;

/// <summary>Half a cosine from the full rate to a twentieth (Loshchilov and Hutter 2017, arXiv:1608.03983, without restarts).</summary>
internal static class LearningRateSchedule
{
    private const double Floor = 0.05;

    public static double At(double initial, int step, int steps)
    {
        double done = Math.Clamp((double)step / steps, 0, 1);
        return initial * (Floor + ((1 - Floor) * 0.5 * (1 + Math.Cos(Math.PI * done))));
    }
}
