using Microsoft.Extensions.Options;

namespace Guardian.Storage;

/// <summary>Reports every unsound option at start-up.</summary>
internal sealed class S3ArchiveOptionsValidator : IValidateOptions<S3ArchiveOptions>
{
    public ValidateOptionsResult Validate(string? name, S3ArchiveOptions options) =>
        options.Validate() is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
}
