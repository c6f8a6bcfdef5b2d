using Microsoft.Extensions.Logging;

namespace Guardian.Models.Import;

/// <summary>Log messages of imports: event ids 5400 to 5449.</summary>
internal static partial class Log
{
    [LoggerMessage(5400, LogLevel.Warning, "Model file '{Name}' was refused: {Reason}")]
    public static partial void ImportRefused(this ILogger log, string name, string reason);
}
