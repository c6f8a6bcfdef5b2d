namespace Guardian.Models.Datasets;

/// <summary>The whole import is refused; the message is what the report says.</summary>
internal sealed class ImportException(string message) : Exception(message);
