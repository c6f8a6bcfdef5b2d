using System.Security.Cryptography;
using Guardian.Shared.Files;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Guardian.Storage;

/// <summary>
/// The HMAC keys of links: files <c>{name}.key</c> of 64 hexadecimal digits, their owner's alone. <c>current</c> names the one that this node signs with; links of any of them are
/// good. The folder is looked at for each check, because the operator's commands are other processes.
/// </summary>
internal sealed class LinkKeyring
{
    private const string Extension = ".key";

    /// <summary>Hexadecimal digits of the names that this code gives.</summary>
    private const int OwnNameSize = 16;

    private readonly string _folder;
    private readonly string _current;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private Dictionary<string, (DateTime Changed, long Size, byte[]? Key)> _files = [];

    public LinkKeyring(string folder, DateTimeOffset now, ILogger? logger = null)
    {
        _folder = folder;
        _logger = logger ?? NullLogger.Instance;
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
            Refresh();
            return _files.GetValueOrDefault(name).Key;
        }
    }

    /// <summary>Reads the files that are new or were changed, in place or by another in their stead, and forgets those that went. A file that holds no key is said once and opens nothing.</summary>
    private void Refresh()
    {
        var found = new Dictionary<string, (DateTime Changed, long Size, byte[]? Key)>();
        foreach (FileInfo file in new DirectoryInfo(_folder).EnumerateFiles("*" + Extension))
        {
            string name = Path.GetFileNameWithoutExtension(file.Name);
            try
            {
                (DateTime changed, long size) = (file.LastWriteTimeUtc, file.Length);
                found[name] = _files.TryGetValue(name, out var known) && known.Changed == changed && known.Size == size ? known : (changed, size, ReadKey(file.FullName));
            }
            catch (FileNotFoundException)
            {
                // It went between the listing and now.
            }
            catch (UnauthorizedAccessException e)
            {
                Log.LinkKeyUnreadable(_logger, file.FullName, e);
            }
        }

        _files = found;
    }

    /// <summary>Makes a new key to sign with; the others stay good for verification. A key's file tells by its time since when it no longer signs.</summary>
    public string Rotate(DateTimeOffset now)
    {
        string name = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(OwnNameSize / 2));
        DurableFile.Write(PathOf(name), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) + "\n");
        FolderOwner.Hand(PathOf(name));
        string? old = File.Exists(_current) ? PathOf(File.ReadAllText(_current).Trim()) : null;
        DurableFile.Write(_current, name + "\n");
        FolderOwner.Hand(_current);
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

    private byte[]? ReadKey(string file)
    {
        string text = File.ReadAllText(file).Trim();
        if (text.Length == 64 && text.All(char.IsAsciiHexDigit))
        {
            return Convert.FromHexString(text);
        }

        Log.LinkKeyMalformed(_logger, file);
        return null;
    }
}
