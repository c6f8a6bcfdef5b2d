namespace Guardian.Storage;

/// <summary>The first thing that is wrong with a file under verification; the verifier turns it into its report.</summary>
internal sealed class EvidenceFlaw(string message) : Exception(message)
{
    public static void Unless(bool holds, string problem)
    {
        if (!holds)
        {
            throw new EvidenceFlaw(problem);
        }
    }
}
