using System.Security.Cryptography;
using Guardian.Shared.Files;

namespace Guardian.Storage;

/// <summary>
/// The HMAC keys of links: files <c>{name}.key</c> of 64 hexadecimal digits, their owner's alone. <c>current</c> names the one that this node signs with; links of any of them are
/// good. The folder is read anew whenever it changed, because the operator's commands are other processes.
/// </summary>
internal sealed class LinkKeyring
{
    private const string Extension = ".key";

    /// <summary>Hexadecimal digits of the names that this code gives.</summary>
    private const int OwnNameSize = 16;

    private readonly string _folder;
    private readonly string _current;
    private readonly Lock _lock = new();
    private Dictionary<string, byte[]> _keys = [];
    private DateTime _readAt;

    public LinkKeyring(string folder, DateTimeOffset now)
    {
        _folder = folder;
        _current = Path.Combine(folder, "current");
        DurableFile.CreateFolder(folder);
        if (!File.Exists(_current))
        {
            Rotate(now);
        }
    }

    /// <summary>The key to sign with.</summary>
    /// <exception cref="StorageException">It is not there.</exception>
    public (string Name, byte[] Key) Current
    {
        get
        {
            string name = File.ReadAllText(_current).Trim();
            return Find(name) is { } key ? (name, key) : throw new StorageException($"{_folder}: the key {name} is missing; rotate the link key");
        }
    }

    public byte[]? Find(string name)
    {
        lock (_lock)
        {
            DateTime changed = Directory.GetLastWriteTimeUtc(_folder);
            if (changed != _readAt)
            {
                _keys = Directory.EnumerateFiles(_folder, "*" + Extension).ToDictionary(f => Path.GetFileNameWithoutExtension(f), ReadKey);
                _readAt = changed;
            }

            return _keys.GetValueOrDefault(name);
        }
    }

    /// <summary>Makes a new key to sign with; the others stay good for verification. A key's file tells by its time since when it no longer signs.</summary>
    public string Rotate(DateTimeOffset now)
    {
        string name = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(OwnNameSize / 2));
        DurableFile.Write(PathOf(name), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) + "\n");
        string? old = File.Exists(_current) ? PathOf(File.ReadAllText(_current).Trim()) : null;
        DurableFile.Write(_current, name + "\n");
        if (old is not null && File.Exists(old))
        {
            File.SetLastWriteTimeUtc(old, now.UtcDateTime);
        }

        return name;
    }

    /// <summary>Drops this node's keys that have not signed since <paramref name="before"/>. Keys with other names are somebody else's, and the operator removes them.</summary>
    public void Prune(DateTimeOffset before)
    {
        string current = File.ReadAllText(_current).Trim();
        foreach (string file in Directory.EnumerateFiles(_folder, "*" + Extension))
        {
            string name = Path.GetFileNameWithoutExtension(file);
            bool own = name.Length == OwnNameSize && name.All(char.IsAsciiHexDigitLower);
            if (own && name != current && File.GetLastWriteTimeUtc(file) < before.UtcDateTime)
            {
                File.Delete(file);
            }
        }
    }

    private string PathOf(string name) => Path.Combine(_folder, name + Extension);

    private static byte[] ReadKey(string file)
    {
        string text = File.ReadAllText(file).Trim();
        return text.Length == 64 && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : throw new StorageException($"{file}: not 64 hexadecimal digits");
    }
}
