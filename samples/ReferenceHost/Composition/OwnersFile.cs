using System.Text;

namespace Guardian.ReferenceHost.Composition;

/// <summary>Small files that only their owner may read, and that are there whole or not at all.</summary>
internal static class OwnersFile
{
    /// <summary>Writes aside, flushes, then gives the file its name: a kill or a full disk leaves no half of it.</summary>
    public static void Write(string path, string text)
    {
        string aside = path + ".new";

        // Left by a kill; created anew, because an existing file would keep the mode that it has.
        File.Delete(aside);
        using (var stream = new FileStream(aside, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            stream.Write(Encoding.ASCII.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(aside, path, overwrite: true);
    }
}
