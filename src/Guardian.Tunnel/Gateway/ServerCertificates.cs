using System.Security.Cryptography.X509Certificates;

namespace Guardian.Tunnel;

/// <summary>The certificate of the node's TLS ports, made anew in time and when the authority changes. Safe for use by many threads.</summary>
internal sealed class ServerCertificates(CertificateAuthority authority, Func<IEnumerable<string>> hosts, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(397);

    private readonly Lock _lock = new();
    private X509Certificate2? _current;
    private DateTimeOffset _renewAt;

    /// <summary>The one to show now. A former one is left to the garbage collector, because handshakes may still use it.</summary>
    public X509Certificate2 Current
    {
        get
        {
            lock (_lock)
            {
                if (_current is null || time.GetUtcNow() >= _renewAt)
                {
                    _current = authority.IssueForServer(hosts(), Lifetime);
                    _renewAt = time.GetUtcNow() + (Lifetime / 3 * 2);
                }

                return _current;
            }
        }
    }

    /// <summary>Has the next handshake use a new one.</summary>
    public void Renew()
    {
        lock (_lock)
        {
            _current = null;
        }
    }

    public void Dispose() => _current?.Dispose();
}
