using System.ComponentModel;
using System.Security.Cryptography;
using System.Text.Json;
using Guardian.Analysis;
using Guardian.Events;
using Guardian.Models;
using Guardian.Storage;
using Guardian.Tunnel;
using Microsoft.Extensions.Options;

namespace Guardian.ReferenceHost.Commands;

/// <summary>What a command says when it cannot do what it is asked to.</summary>
internal static class Errors
{
    /// <summary>One line for each error, or null for a fault of the program, of which the stack trace is wanted.</summary>
    public static IReadOnlyList<string>? Of(Exception exception) => exception switch
    {
        AggregateException several => Join(several.Flatten().InnerExceptions),
        OptionsValidationException options => [.. options.Failures.Select(Line)],

        // Configuration says which file only, and its cause says what is wrong in it.
        InvalidDataException { InnerException: { } cause } e => [$"{Line(e.Message)} {Line(cause.GetBaseException().Message)}"],
        TunnelException or StorageException or EventsException or ModelException or AnalysisException => [Line(exception.Message)],
        IOException or UnauthorizedAccessException or ArgumentException or FormatException or InvalidDataException or JsonException or CryptographicException
            or Win32Exception => [Line(exception.Message)],

        // A value of the configuration that is not of its key's type.
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } => [Line(exception.Message)],
        _ => null,
    };

    private static List<string>? Join(IEnumerable<Exception> exceptions)
    {
        var lines = new List<string>();
        foreach (Exception e in exceptions)
        {
            if (Of(e) is not { } more)
            {
                return null;
            }

            lines.AddRange(more);
        }

        return lines;
    }

    private static string Line(string message) => string.Join(' ', message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
