namespace Guardian.Bench.Storage;

/// <summary>The scripts that start servers.</summary>
internal static class Scripts
{
    public static string PathTo(string name)
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "eng", name)))
        {
            folder = Path.GetDirectoryName(folder.TrimEnd('/')) ?? throw new InvalidOperationException($"eng/{name} is not above the program");
        }

        return Path.Combine(folder, "eng", name);
    }
}
