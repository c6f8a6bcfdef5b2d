using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel.Tests.Fuzz;

/// <summary>Keeps what is logged as an error: a gateway that only refuses logs none.</summary>
internal sealed class ErrorLog : ILoggerFactory, ILogger
{
    private const int MaxKept = 20;

    private readonly ConcurrentQueue<string> _errors = new();

    public IReadOnlyCollection<string> Errors => _errors;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel) && _errors.Count < MaxKept)
        {
            _errors.Enqueue($"{eventId}: {formatter(state, exception)} {exception}");
        }
    }

    public void Dispose()
    {
        // Nothing is held.
    }
}
