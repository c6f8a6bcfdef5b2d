using System.Text;
using Guardian.Shared.Files;

namespace Guardian.Storage;

/// <summary>
/// The files of a log's signer: <c>key.pem</c>, while it is being replaced <c>key-next.pem</c>, and <c>checkpoint</c>, the last thing signed. The key is read anew for each
/// signature, because a rotation may be another process.
/// </summary>
internal sealed class EvidenceKeyring
{
    private readonly string _key;
    private readonly string _next;
    private readonly string _checkpoint;

    public EvidenceKeyring(string folder)
    {
        DurableFile.CreateFolder(folder);
        _key = Path.Combine(folder, "key.pem");
        _next = Path.Combine(folder, "key-next.pem");
        _checkpoint = Path.Combine(folder, "checkpoint");
    }

    public bool HasKey => File.Exists(_key);

    /// <summary>What was signed last, as far as this folder knows; null when nothing was.</summary>
    public EvidenceCheckpoint? LastSigned => File.Exists(_checkpoint) ? EvidenceCheckpoint.Parse(File.ReadAllText(_checkpoint)) : null;

    public EvidenceSigningKey Open() => EvidenceSigningKey.Read(_key);

    public EvidenceSigningKey Create()
    {
        EvidenceSigningKey key = EvidenceSigningKey.Generate();
        key.Write(_key);
        FolderOwner.Hand(_key);
        return key;
    }

    /// <summary>Drops a key that no log has.</summary>
    public void Forget() => File.Delete(_key);

    /// <summary>Keeps what was signed last. Of two processes that sign side by side, the one that is late does not turn it back.</summary>
    public void Remember(EvidenceCheckpoint checkpoint)
    {
        if (LastSigned is not { } last || last.Origin != checkpoint.Origin || last.Size <= checkpoint.Size)
        {
            Write(_checkpoint, checkpoint.Note);
        }
    }

    /// <summary>Writes a checkpoint's file, whole and durable, also while another process does so.</summary>
    public static void Write(string path, string note)
    {
        string aside = $"{path}.{Guid.NewGuid():N}.new";
        try
        {
            using (FileStream stream = DurableFile.Create(aside))
            {
                stream.Write(Encoding.UTF8.GetBytes(note));
                stream.Flush(flushToDisk: true);
            }

            FolderOwner.Hand(aside);

            DurableFile.Rename(aside, path);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
    }

    /// <summary>The first step of a rotation: the new key is on the disk, and nobody knows it yet.</summary>
    public EvidenceSigningKey Prepare()
    {
        EvidenceSigningKey key = EvidenceSigningKey.Generate();
        key.Write(_next);
        FolderOwner.Hand(_next);
        return key;
    }

    /// <summary>The last step: the new key signs, the old one is gone. The node beside may have been faster.</summary>
    public void Switch(EvidencePublicKey next)
    {
        try
        {
            DurableFile.Rename(_next, _key);
        }
        catch (FileNotFoundException)
        {
            using EvidenceSigningKey key = Open();
            if (key.PublicKey.Id != next.Id)
            {
                throw;
            }
        }
    }

    /// <summary>Ends a rotation that was cut short: forward when the log knows the new key, else back.</summary>
    public void Recover(Func<EvidencePublicKey, bool> isKnown)
    {
        if (!File.Exists(_next))
        {
            return;
        }

        EvidencePublicKey key;
        using (EvidenceSigningKey next = EvidenceSigningKey.Read(_next))
        {
            key = next.PublicKey;
        }

        if (isKnown(key))
        {
            Switch(key);
        }
        else
        {
            File.Delete(_next);
        }
    }
}
