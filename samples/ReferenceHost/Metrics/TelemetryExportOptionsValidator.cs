using Microsoft.Extensions.Options;

namespace Guardian.ReferenceHost.Metrics;

/// <summary>Reports every unsound option at start-up.</summary>
internal sealed class TelemetryExportOptionsValidator : IValidateOptions<TelemetryExportOptions>
{
    public ValidateOptionsResult Validate(string? name, TelemetryExportOptions options) =>
        options.Validate() is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
}
