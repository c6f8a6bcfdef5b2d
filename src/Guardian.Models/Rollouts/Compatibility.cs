namespace Guardian.Models.Rollouts;

/// <summary>Whether an edge can run a model, by what it reported.</summary>
internal static class Compatibility
{
    /// <returns>Null when nothing speaks against it; else why not, in words.</returns>
    public static string? Refusal(CatalogModel model, EdgeRuntime? runtime)
    {
        if (runtime is null)
        {
            return null;
        }

        ModelRequirements needs = model.Requirements;
        int side = Math.Max(needs.InputWidth ?? 0, needs.InputHeight ?? 0);
        if (runtime.MaxOpset is { } opset && needs.Opset > opset)
        {
            return $"opset: the model needs {needs.Opset}, {runtime.Runtime ?? "the edge's runtime"} has {opset}";
        }

        if (needs.MinimumRuntime is not null && System.Version.TryParse(needs.MinimumRuntime, out Version? least) && System.Version.TryParse(runtime.Version, out Version? has) && has < least)
        {
            return $"runtime: the model needs {least}, the edge has {has}";
        }

        if (runtime.MaxModelBytes is { } bytes && model.Size > bytes)
        {
            return $"size: the model has {model.Size} bytes, the edge takes {bytes}";
        }

        if (runtime.MemoryBytes is { } memory && needs.MemoryBytes > memory)
        {
            return $"memory: the model needs about {needs.MemoryBytes} bytes, the edge has {memory} for models";
        }

        return runtime.MaxInputSide is { } longest && side > longest ? $"input: the model takes {needs.InputWidth}x{needs.InputHeight} pixels, the edge computes {longest} a side" : null;
    }
}
