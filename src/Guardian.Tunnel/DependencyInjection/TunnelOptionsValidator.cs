using Microsoft.Extensions.Options;

namespace Guardian.Tunnel;

/// <summary>Reports every unsound option at start-up.</summary>
internal sealed class TunnelOptionsValidator : IValidateOptions<TunnelOptions>
{
    public ValidateOptionsResult Validate(string? name, TunnelOptions options) =>
        options.Validate() is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
}
