using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Dapper;
using Guardian.Shared.Sql;

namespace Guardian.Storage;

/// <summary>
/// Links that let one viewer read one sealed object for a while, without any other credential: made here, or by whoever the operator gave a key. Making and revoking one is in the
/// evidence log, and so is every use. Safe for use by many threads.
/// </summary>
public sealed class SignedLinks
{
    /// <summary>Clocks of those who sign links elsewhere may be ahead by this much.</summary>
    private const long ClockSkewSeconds = 60;

    private readonly StorageDatabase _database;
    private readonly EvidenceLog _log;
    private readonly SignedLinkOptions _options;
    private readonly LinkKeyring _keys;
    private readonly TimeProvider _time;

    internal SignedLinks(StorageDatabase database, EvidenceLog log, SignedLinkOptions options, TimeProvider time)
    {
        _database = database;
        _log = log;
        _options = options;
        _time = time;
        _keys = new LinkKeyring(options.Directory, time.GetUtcNow(), log.Logger);
    }

    /// <summary>Makes a link.</summary>
    /// <param name="id">What it opens; that it exists is not checked.</param>
    /// <param name="viewer">For whom: 1 to 128 characters. It stands in the evidence log.</param>
    /// <param name="lifetime">How long it is good: 1 second to <see cref="SignedLinkOptions.MaxLifetime"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The link, and its token: a secret, which is kept nowhere.</returns>
    /// <exception cref="ArgumentException">Viewer or lifetime are out of range.</exception>
    /// <exception cref="StorageException">The database or the key failed.</exception>
    public async Task<(SignedLink Link, string Token)> IssueAsync(SealedObjectId id, string viewer, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(viewer) || viewer.Length > 128)
        {
            throw new ArgumentException("viewer: 1 to 128 characters are needed", nameof(viewer));
        }

        if (lifetime < TimeSpan.FromSeconds(1) || lifetime > _options.MaxLifetime)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"lifetime: 1 to {_options.MaxLifetime.TotalSeconds:0} seconds are allowed"), nameof(lifetime));
        }

        long now = _time.GetUtcNow().ToUnixTimeSeconds();
        long expires = now + (long)lifetime.TotalSeconds;
        (string keyId, byte[] key) = _keys.Current;
        var token = new LinkToken(keyId, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)), viewer, id.EventId.ToString(), id.Name, now, expires);
        var link = new SignedLink(token.Id, id, viewer, DateTimeOffset.FromUnixTimeSeconds(expires));
        var details = new Dictionary<string, string> { ["what"] = "issued", ["link"] = link.Id, ["viewer"] = viewer, ["expires"] = link.ExpiresAt.ToString("u", CultureInfo.InvariantCulture) };
        await _log.RecordAsync(new EvidenceRecord(EvidenceKind.Link, _time.GetUtcNow(), id.EventId, id.Name, $"issued {link.Id}", details), cancellationToken).ConfigureAwait(false);
        return (link, token.Sign(key));
    }

    /// <summary>Whether a token opens an object now.</summary>
    /// <exception cref="StorageException">The database or a key file failed.</exception>
    public async Task<LinkCheck> CheckAsync(string token, SealedObjectId id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (LinkToken.Read(token, _keys.Find) is not { } read)
        {
            return new LinkCheck(null, LinkRefusal.NotGenuine);
        }

        long now = _time.GetUtcNow().ToUnixTimeSeconds();
        if (now >= read.Expires || read.NotBefore > now + ClockSkewSeconds || read.Expires - read.NotBefore > (long)_options.MaxLifetime.TotalSeconds)
        {
            return new LinkCheck(null, LinkRefusal.Expired);
        }

        if (read.Event != id.EventId.ToString() || read.Object != id.Name)
        {
            return new LinkCheck(null, LinkRefusal.OtherObject);
        }

        bool revoked = await _database.ReadAsync(c => c.ExecuteScalar<long>("SELECT COUNT(*) FROM revoked_links WHERE link_id = @Id", new { read.Id }) > 0, cancellationToken).ConfigureAwait(false);
        return revoked ? new LinkCheck(null, LinkRefusal.Revoked) : new LinkCheck(new SignedLink(read.Id, id, read.Viewer, DateTimeOffset.FromUnixTimeSeconds(read.Expires)), null);
    }

    /// <summary>Ends a link at once, whether this node made it or somebody else.</summary>
    /// <param name="linkId">The link's <see cref="SignedLink.Id"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when it was revoked already.</returns>
    /// <exception cref="ArgumentException">It is not a link's id.</exception>
    public async Task<bool> RevokeAsync(string linkId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(linkId);
        if (linkId.Length is 0 or > 64 || !linkId.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            throw new ArgumentException("link: 1 to 64 characters of A-Z a-z 0-9 - _ are needed", nameof(linkId));
        }

        DateTimeOffset now = _time.GetUtcNow();
        bool revoked = await _database.WriteAsync(
            c =>
            {
                // Kept for good: a link that somebody else signed may begin years from now, and its id does not tell.
                bool isNew = c.Execute("INSERT INTO revoked_links (link_id, revoked_at) VALUES (@Id, @Now) ON CONFLICT (link_id) DO NOTHING", new { Id = linkId, Now = SqlTime.ToSql(now) }) > 0;
                if (isNew)
                {
                    EvidenceQueue.Append(c, new EvidenceRecord(EvidenceKind.Link, now, null, null, $"revoked {linkId}", new Dictionary<string, string> { ["what"] = "revoked", ["link"] = linkId }));
                }

                return isNew;
            },
            cancellationToken).ConfigureAwait(false);
        _log.Wake();
        return revoked;
    }

    /// <summary>Signs with a new key from now on. Links of the old one stay good until they end; its file goes with a rotation after that.</summary>
    /// <returns>The new key's name.</returns>
    public string RotateKey() => RotateKey(_keys, _options, _time);

    /// <summary>Rotates the key of an archive beside the node that runs it, which takes it up by itself.</summary>
    /// <param name="options">The archive's options.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <returns>The new key's name.</returns>
    public static string RotateKey(SealedArchiveOptions options, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        SignedLinkOptions links = options.LinksWithDirectory();
        TimeProvider time = timeProvider ?? TimeProvider.System;
        return RotateKey(new LinkKeyring(links.Directory, time.GetUtcNow()), links, time);
    }

    private static string RotateKey(LinkKeyring keys, SignedLinkOptions options, TimeProvider time)
    {
        DateTimeOffset now = time.GetUtcNow();
        string name = keys.Rotate(now);

        // An hour on top, because clocks differ.
        keys.Prune(now - options.MaxLifetime - TimeSpan.FromHours(1));
        return name;
    }
}
