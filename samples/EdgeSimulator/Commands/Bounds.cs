namespace Guardian.EdgeSimulator.Commands;

/// <summary>Holds numbers of the command line against their bounds.</summary>
internal static class Bounds
{
    /// <exception cref="ArgumentException">It is out of them; the message names the option and the bounds.</exception>
    public static T Check<T>(string option, T value, T least, T most) where T : IComparable<T> => value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
        ? value
        : throw new ArgumentException($"{option}: {value}, it must be from {least} to {most}");
}
