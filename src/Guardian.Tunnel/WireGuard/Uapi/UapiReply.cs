using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Guardian.Tunnel;

/// <summary>
/// Reads a device's answer in the cross-platform configuration protocol (https://www.wireguard.com/xplatform/). The answer is another program's: it is bounded, every field is checked, and
/// fields that are not known are passed over.
/// </summary>
internal sealed class UapiReply
{
    /// <summary>Longest line. The longest that is known has some 90 characters.</summary>
    public const int MaxLine = 1024;

    /// <summary>Longest answer: 10 000 edges with two keys each come to some 10 MB.</summary>
    public const int MaxSize = 32 * 1024 * 1024;

    /// <summary>
    /// boringtun says how long ago a handshake was where the protocol asks when it was. No handshake is older than WireGuard (2015), so anything below is such an age.
    /// </summary>
    private static readonly long EarliestHandshake = new DateTimeOffset(2015, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    private readonly string _device;
    private readonly DateTimeOffset _now;
    private readonly HashSet<WireGuardPublicKey> _seen = [];
    private readonly List<WireGuardPeerStatus> _peers = [];
    private readonly List<IPNetwork> _allowed = [];
    private WireGuardPublicKey? _publicKey;
    private WireGuardPeerStatus? _peer;
    private int _listenPort;
    private int? _error;
    private long _handshakeSeconds, _handshakeNanoseconds;

    private UapiReply(string device, DateTimeOffset now)
    {
        _device = device;
        _now = now;
    }

    /// <summary>Reads an answer.</summary>
    /// <param name="reply">The answer up to the blank line that ends it.</param>
    /// <param name="device">Names the device in errors.</param>
    /// <param name="now">When the answer came.</param>
    /// <exception cref="DeviceRefusalException">The device reports an error.</exception>
    /// <exception cref="TunnelException">It is not such an answer.</exception>
    public static WireGuardDeviceStatus Parse(ReadOnlySpan<byte> reply, string device, DateTimeOffset now)
    {
        var parser = new UapiReply(device, now);
        Span<char> text = stackalloc char[MaxLine];
        while (!reply.IsEmpty)
        {
            int end = reply.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? reply : reply[..end];
            if (line.IsEmpty)
            {
                break;
            }

            if (line.Length > MaxLine)
            {
                throw Malformed(device, $"a line is longer than {MaxLine} bytes");
            }

            parser.ReadLine(text[..Encoding.Latin1.GetChars(line, text)]);
            reply = end < 0 ? [] : reply[(end + 1)..];
        }

        return parser.Finish();
    }

    /// <summary>The exception for an answer that is none.</summary>
    public static TunnelException Malformed(string device, string what) => new($"{device}: the device's answer is malformed: {what}");

    private void ReadLine(ReadOnlySpan<char> line)
    {
        int equals = line.IndexOf('=');
        if (equals < 0)
        {
            throw Malformed(_device, "a line has no '='");
        }

        ReadOnlySpan<char> key = line[..equals], value = line[(equals + 1)..];
        switch (key)
        {
            case "private_key":
                _publicKey = OwnKey(value);
                break;
            case "own_public_key":
                _publicKey = PublicKey(value, "own_public_key");
                break;
            case "listen_port":
                _listenPort = (int)Number(value, "listen_port", ushort.MaxValue);
                break;
            case "errno":
                _error = Error(value);
                break;
            case "public_key":
                BeginPeer(PublicKey(value, "public_key"));
                break;
            case "allowed_ip":
                _ = Peer("allowed_ip");
                _allowed.Add(IPNetwork.TryParse(value, out IPNetwork network) ? network : throw Malformed(_device, "allowed_ip is not a network"));
                break;
            case "endpoint":
                _peer = Peer("endpoint") with { Endpoint = Endpoint(value) };
                break;
            case "persistent_keepalive_interval":
                _peer = Peer("persistent_keepalive_interval") with { PersistentKeepalive = TimeSpan.FromSeconds(Number(value, "persistent_keepalive_interval", ushort.MaxValue)) };
                break;
            case "rx_bytes":
                _peer = Peer("rx_bytes") with { ReceivedBytes = Number(value, "rx_bytes", long.MaxValue) };
                break;
            case "tx_bytes":
                _peer = Peer("tx_bytes") with { SentBytes = Number(value, "tx_bytes", long.MaxValue) };
                break;
            case "last_handshake_time_sec":
                _ = Peer("last_handshake_time_sec");
                _handshakeSeconds = Number(value, "last_handshake_time_sec", DateTimeOffset.MaxValue.ToUnixTimeSeconds() - 1);
                break;
            case "last_handshake_time_nsec":
                _ = Peer("last_handshake_time_nsec");
                _handshakeNanoseconds = Number(value, "last_handshake_time_nsec", 999_999_999);
                break;
        }
    }

    private WireGuardDeviceStatus Finish()
    {
        EndPeer();
        return _error switch
        {
            null => throw Malformed(_device, "errno is missing"),
            0 => new WireGuardDeviceStatus { PublicKey = _publicKey, ListenPort = _listenPort, Peers = _peers },

            // The protocol has negative numbers; some devices send positive ones.
            { } error => throw new DeviceRefusalException($"{_device}: the device refuses: {Marshal.GetPInvokeErrorMessage(Math.Abs(error))} (errno {error})"),
        };
    }

    private void BeginPeer(WireGuardPublicKey key)
    {
        EndPeer();
        if (!_seen.Add(key))
        {
            throw Malformed(_device, $"peer {key} comes twice");
        }

        _peer = new WireGuardPeerStatus { PublicKey = key };
    }

    private void EndPeer()
    {
        if (_peer is not null)
        {
            _peers.Add(_peer with { AllowedAddresses = [.. _allowed], LastHandshake = Handshake() });
        }

        _peer = null;
        _allowed.Clear();
        _handshakeSeconds = _handshakeNanoseconds = 0;
    }

    private DateTimeOffset? Handshake()
    {
        if (_handshakeSeconds == 0 && _handshakeNanoseconds == 0)
        {
            return null;
        }

        TimeSpan time = TimeSpan.FromSeconds(_handshakeSeconds) + TimeSpan.FromMicroseconds(_handshakeNanoseconds / 1000);
        return _handshakeSeconds < EarliestHandshake ? _now - time : DateTimeOffset.UnixEpoch + time;
    }

    private WireGuardPeerStatus Peer(string field) => _peer ?? throw Malformed(_device, $"{field} comes before any public_key");

    private WireGuardPublicKey? OwnKey(ReadOnlySpan<char> hex)
    {
        Span<byte> bytes = stackalloc byte[X25519.KeySize];
        Decode(hex, bytes, "private_key");

        // A device without a key says so with zeros.
        WireGuardPublicKey? key = bytes.IndexOfAnyExcept((byte)0) < 0 ? null : WireGuardPrivateKey.FromBytes(bytes).PublicKey;
        bytes.Clear();
        return key;
    }

    private WireGuardPublicKey PublicKey(ReadOnlySpan<char> hex, string field)
    {
        Span<byte> bytes = stackalloc byte[WireGuardPublicKey.Size];
        Decode(hex, bytes, field);
        return new WireGuardPublicKey(bytes);
    }

    private void Decode(ReadOnlySpan<char> hex, Span<byte> bytes, string field)
    {
        if (hex.Length != 2 * bytes.Length || Convert.FromHexString(hex, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            throw Malformed(_device, $"{field} is not {bytes.Length} bytes in hexadecimal");
        }
    }

    private long Number(ReadOnlySpan<char> text, string field, long max) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number <= max
            ? number
            : throw Malformed(_device, $"{field} is not a number from 0 to {max}");

    private int Error(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number != int.MinValue
            ? number
            : throw Malformed(_device, "errno is not a number");

    /// <summary>A link-local endpoint carries a zone that may not exist here; the peer is there all the same.</summary>
    private IPEndPoint? Endpoint(ReadOnlySpan<char> text) =>
        IPEndPoint.TryParse(text, out IPEndPoint? endpoint) ? endpoint
        : text.Contains('%') ? null
        : throw Malformed(_device, "endpoint is not an address and a port");
}
