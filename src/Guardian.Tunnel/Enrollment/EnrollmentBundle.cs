using System.Buffers.Text;
using System.Text.Json;

namespace Guardian.Tunnel;

/// <summary>
/// What an operator hands to a new edge: where the node is, how to recognise it, and a token that is good once. As one line of text it starts with
/// <c>guardian-edge-1.</c>; whoever has it can enrol one edge until it expires, so it travels like a password.
/// </summary>
public sealed record EnrollmentBundle
{
    private const string Prefix = "guardian-edge-1.";
    private const int MaxLength = 2048;

    /// <summary>host:port of the enrolment API.</summary>
    public required string Address { get; init; }

    /// <summary>SHA-256 of the node's CA certificate, 64 lower-case hexadecimal digits.</summary>
    public required string CaFingerprint { get; init; }

    /// <summary>The one-time token.</summary>
    public required string Token { get; init; }

    /// <summary>After this the token is worthless.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Reads the line of text.</summary>
    /// <exception cref="TunnelException">It is not a bundle.</exception>
    public static EnrollmentBundle Parse(string text)
    {
        string line = text.Trim();
        try
        {
            if (line.Length <= MaxLength && line.StartsWith(Prefix, StringComparison.Ordinal))
            {
                EnrollmentBundle? bundle = JsonSerializer.Deserialize(Base64Url.DecodeFromChars(line.AsSpan(Prefix.Length)), BundleJson.Default.EnrollmentBundle);
                if (bundle is { Address.Length: > 0, CaFingerprint.Length: 64, Token.Length: > 0 })
                {
                    return bundle;
                }
            }
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            throw new TunnelException("bundle: damaged; copy the whole line again", innerException: e);
        }

        throw new TunnelException($"bundle: a line that starts with {Prefix} is needed");
    }

    /// <summary>The bundle as one line of text. Contains the token: do not log it.</summary>
    public string ToLine() => Prefix + Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(this, BundleJson.Default.EnrollmentBundle));

    /// <summary>Everything but the token.</summary>
    public override string ToString() => $"{Address}, CA {CaFingerprint}, until {ExpiresAt:u}";
}
