namespace Guardian.Models;

/// <summary>What became of an import: either the model or why it is not taken.</summary>
/// <param name="Model">The model in the catalog; null when it is not taken.</param>
/// <param name="Refusal">Why it is not taken, naming what and the limit; null when it is.</param>
public sealed record ModelImportOutcome(CatalogModel? Model, string? Refusal);
