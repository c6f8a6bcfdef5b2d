using System.Net;

namespace Guardian.Tunnel;

/// <summary>
/// Records refusals so that whoever is refused cannot fill the audit log: of equal ones the first is recorded at once, the others of the same minute are counted and recorded with the next.
/// </summary>
internal sealed class RefusalAudit(AuditLog audit, TimeProvider time)
{
    /// <summary>Kinds of refusal that are told apart at a time; beyond it the log is being flooded, and nothing more is recorded until a minute has passed.</summary>
    private const int MaxKinds = 1024;

    /// <summary>Kinds of one edge, or of one address of strangers, within a minute.</summary>
    private const int MaxKindsOfOne = 10;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(AuditAction Action, EdgeId? Edge, IPAddress? Address, string Detail), (DateTimeOffset Since, int More)> _kinds = [];

    public async Task RecordAsync(AuditAction action, EdgeId? edge, IPAddress? address, string detail, CancellationToken cancellationToken)
    {
        // Of IPv6 the network: one machine has 2⁶⁴ addresses of it.
        if (Count((action, edge, TokenThrottle.KeyOf(address), detail)) is { } more)
        {
            string actor = edge is null ? Actors.Stranger : Actors.Edge;
            await audit.RecordAsync(action, actor, address, edge, more == 0 ? detail : $"{detail} ({more} more since the last entry)", cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Null when this one is only counted, else how many were counted before it.</summary>
    private int? Count((AuditAction Action, EdgeId? Edge, IPAddress? Address, string Detail) kind)
    {
        DateTimeOffset now = time.GetUtcNow();
        lock (_lock)
        {
            if (_kinds.TryGetValue(kind, out (DateTimeOffset Since, int More) seen) && now - seen.Since < Window)
            {
                _kinds[kind] = (seen.Since, seen.More + 1);
                return null;
            }

            if (_kinds.Count >= MaxKinds)
            {
                // What nobody repeats any more makes room; what was only counted of it is few.
                foreach ((AuditAction, EdgeId?, IPAddress?, string) old in _kinds.Where(k => now - k.Value.Since >= Window).Select(k => k.Key).ToList())
                {
                    _kinds.Remove(old);
                }

                if (_kinds.Count >= MaxKinds)
                {
                    return null;
                }
            }

            if (_kinds.Count(k => k.Key.Edge == kind.Edge && (kind.Edge is not null || Equals(k.Key.Address, kind.Address)) && now - k.Value.Since < Window) >= MaxKindsOfOne)
            {
                return null;
            }

            _kinds[kind] = (now, 0);
            return seen.More;
        }
    }
}
