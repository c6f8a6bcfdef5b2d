using Microsoft.Extensions.Options;

namespace Guardian.Models.Internal;

/// <summary>Reports everything that is wrong with the options at once, naming the keys.</summary>
internal sealed class GuardianModelsOptionsValidator : IValidateOptions<GuardianModelsOptions>
{
    private const int MaxSnapshots = 1_000_000;
    private const long MinBytes = 1L << 20;
    private const long MaxBytes = 1L << 40;
    private const long MaxTotalBytes = 1L << 44;
    private const int MaxKept = 1000;

    public ValidateOptionsResult Validate(string? name, GuardianModelsOptions options)
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(options.Directory))
        {
            errors.Add($"{nameof(GuardianModelsOptions)}.{nameof(options.Directory)} is empty; it must name the folder for datasets and models.");
        }

        if (options.MaxSnapshotsPerCamera is < 1 or > MaxSnapshots)
        {
            errors.Add($"{nameof(GuardianModelsOptions)}.{nameof(options.MaxSnapshotsPerCamera)} is {options.MaxSnapshotsPerCamera}; it must be from 1 to {MaxSnapshots}.");
        }

        if (options.MaxSnapshotBytesPerCamera is < MinBytes or > MaxBytes)
        {
            errors.Add(
                $"{nameof(GuardianModelsOptions)}.{nameof(options.MaxSnapshotBytesPerCamera)} is {options.MaxSnapshotBytesPerCamera}; it must be from {MinBytes} to {MaxBytes}.");
        }

        (string Name, long Value, long Min, long Max)[] bounds =
        [
            (nameof(options.MaxSnapshotBytes), options.MaxSnapshotBytes, MinBytes, 16 * MaxBytes),
            (nameof(options.NearDuplicateDistance), options.NearDuplicateDistance, 0, 16),
            (nameof(options.KeptVersions), options.KeptVersions, 1, 1000),
            (nameof(options.SnapshotDays), options.SnapshotDays ?? 1, 1, 36_500),
            (nameof(options.MaxTrainings), options.MaxTrainings, 1, 64),
            ($"{nameof(options.Import)}.{nameof(options.Import.MaxZipBytes)}", options.Import.MaxZipBytes, MinBytes, uint.MaxValue),
            ($"{nameof(options.Import)}.{nameof(options.Import.MaxUnpackedBytes)}", options.Import.MaxUnpackedBytes, MinBytes, MaxBytes),
            ($"{nameof(options.Import)}.{nameof(options.Import.MaxEntries)}", options.Import.MaxEntries, 1, 60_000),
        ];
        errors.AddRange(bounds
            .Where(b => b.Value < b.Min || b.Value > b.Max)
            .Select(b => $"{nameof(GuardianModelsOptions)}.{b.Name} is {b.Value}; it must be from {b.Min} to {b.Max}."));

        if (options.MaxModelBytes is < MinBytes or > MaxTotalBytes)
        {
            errors.Add($"{nameof(GuardianModelsOptions)}.{nameof(options.MaxModelBytes)} is {options.MaxModelBytes}; it must be from {MinBytes} to {MaxTotalBytes}.");
        }

        if (options.MaxModelBytesPerCamera is < MinBytes or > MaxBytes)
        {
            errors.Add($"{nameof(GuardianModelsOptions)}.{nameof(options.MaxModelBytesPerCamera)} is {options.MaxModelBytesPerCamera}; it must be from {MinBytes} to {MaxBytes}.");
        }

        if (options.KeepModelsPerCamera is < 1 or > MaxKept)
        {
            errors.Add($"{nameof(GuardianModelsOptions)}.{nameof(options.KeepModelsPerCamera)} is {options.KeepModelsPerCamera}; it must be from 1 to {MaxKept}.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    public static void ThrowIfInvalid(GuardianModelsOptions options)
    {
        ValidateOptionsResult result = new GuardianModelsOptionsValidator().Validate(null, options);
        if (result.Failed)
        {
            throw new ArgumentException(result.FailureMessage, nameof(options));
        }
    }
}
