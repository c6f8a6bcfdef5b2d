using Microsoft.Extensions.Options;

namespace Guardian.Storage;

/// <summary>Reports every unsound option at start-up.</summary>
internal sealed class SealedArchiveOptionsValidator : IValidateOptions<SealedArchiveOptions>
{
    public ValidateOptionsResult Validate(string? name, SealedArchiveOptions options) =>
        options.Validate() is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
}
