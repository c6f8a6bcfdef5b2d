namespace Guardian.Analysis;

/// <summary>
/// The root of everything this package throws for reasons of its own. A frame or model that is missing is part of the result instead.
/// </summary>
public class AnalysisException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened, naming the field and the limit where there is one.</param>
    /// <param name="isTransient">True when the same call may succeed later without anyone changing anything.</param>
    /// <param name="innerException">The cause.</param>
    public AnalysisException(string message, bool isTransient = false, Exception? innerException = null)
        : base(message, innerException) => IsTransient = isTransient;

    /// <summary>True when the same call may succeed later without anyone changing anything.</summary>
    public bool IsTransient { get; }
}
