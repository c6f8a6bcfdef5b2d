namespace Guardian.Models;

/// <summary>The root of everything this package throws for reasons of its own. What is expected (duplicate, refused, not found) is a result instead.</summary>
public class ModelException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened, naming the object and the limit where there is one.</param>
    /// <param name="isTransient">True when the same call may succeed later without anyone changing anything.</param>
    /// <param name="innerException">The cause.</param>
    public ModelException(string message, bool isTransient = false, Exception? innerException = null)
        : base(message, innerException) => IsTransient = isTransient;

    /// <summary>True when the same call may succeed later without anyone changing anything.</summary>
    public bool IsTransient { get; }
}
