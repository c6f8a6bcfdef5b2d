using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Guardian.Models.Internal;

namespace Guardian.Models.Catalog;

/// <summary>The bounds of what is put into the catalog.</summary>
internal static partial class NewModelCheck
{
    public const int MaxNameLength = 200, MaxJsonBytes = 64 << 10, MaxWord = 200;

    /// <exception cref="ArgumentException">A field is outside its bounds, which the message names.</exception>
    public static void ThrowIfInvalid(NewModel model)
    {
        if (model.CameraId is not null)
        {
            Identifiers.ThrowIfNotCamera(model.CameraId);
        }

        ThrowIfNotName(model.Name);
        if (!TypePattern().IsMatch(model.ModelType))
        {
            throw new ArgumentException("model_type: 1 to 32 of a-z 0-9 _ - are needed", nameof(model));
        }

        if (model.Requirements.Opset is < 1 or > 1000 || model.Requirements.MemoryBytes < 0)
        {
            throw new ArgumentException("requirements: an operator set from 1 to 1000 and no negative memory are needed", nameof(model));
        }

        if (model.ProbeScore is { } probe && !double.IsFinite(probe))
        {
            throw new ArgumentException("probe_score: a finite number is needed", nameof(model));
        }

        ThrowIfNotLineage(model.Lineage);
        ThrowIfNotObject(model.DescriptionJson, "description");
    }

    public static void ThrowIfNotName(string? name)
    {
        if (name is null or { Length: 0 or > MaxNameLength } || name.Any(char.IsControl))
        {
            throw new ArgumentException($"name: 1 to {MaxNameLength} characters are needed, none of them a control character", nameof(name));
        }
    }

    public static void ThrowIfNotLineage(ModelLineage lineage)
    {
        ArgumentNullException.ThrowIfNull(lineage);
        if (new[] { lineage.DatasetVersion, lineage.ParentModelId, lineage.Trainer, lineage.CodeVersion }.Any(w => w?.Length > MaxWord || w?.Any(char.IsControl) == true))
        {
            throw new ArgumentException($"lineage: each word has at most {MaxWord} characters, none of them a control character", nameof(lineage));
        }

        ThrowIfNotObject(lineage.HyperparametersJson, "hyperparameters");
        ThrowIfNotObject(lineage.MetricsJson, "metrics");
    }

    private static void ThrowIfNotObject(string? json, string field)
    {
        if (json is null)
        {
            return;
        }

        if (Encoding.UTF8.GetByteCount(json) > MaxJsonBytes)
        {
            throw new ArgumentException($"{field}: at most {MaxJsonBytes} bytes are taken");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16 });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new ArgumentException($"{field}: a JSON object is needed");
            }
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"{field}: not JSON: {e.Message}", e);
        }
    }

    [GeneratedRegex(@"^[a-z0-9_-]{1,32}\z")]
    private static partial Regex TypePattern();
}
