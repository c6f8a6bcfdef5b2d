namespace Guardian.Tunnel;

/// <summary>The root of everything this package throws for reasons of its own. What is expected (refused, not found) is a result instead.</summary>
public class TunnelException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="isTransient">True when the same call may succeed later without anyone changing anything.</param>
    /// <param name="innerException">The cause.</param>
    public TunnelException(string message, bool isTransient = false, Exception? innerException = null)
        : base(message, innerException) => IsTransient = isTransient;

    /// <summary>True when the same call may succeed later without anyone changing anything.</summary>
    public bool IsTransient { get; }
}
