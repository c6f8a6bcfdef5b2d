using System.Net;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>Event ids 2100–2199 belong to WireGuard. Public keys are names; private ones are never here.</summary>
internal static partial class WireGuardLog
{
    [LoggerMessage(2101, LogLevel.Information, "WireGuard interface {Interface} was made, provider {Provider}")]
    public static partial void Made(ILogger logger, string @interface, WireGuardProvider provider);

    [LoggerMessage(2102, LogLevel.Information, "WireGuard interface {Interface} was found and is used, provider {Provider}")]
    public static partial void Adopted(ILogger logger, string @interface, WireGuardProvider provider);

    [LoggerMessage(2103, LogLevel.Information, "WireGuard interface {Interface} was removed: {Outcome}")]
    public static partial void Removed(ILogger logger, string @interface, string outcome);

    [LoggerMessage(2104, LogLevel.Debug, "wireguard-go {Interface}: {Line}")]
    public static partial void Child(ILogger logger, string @interface, string line);

    [LoggerMessage(2105, LogLevel.Information, "The tunnel is up on {Interface}, UDP port {Port}, node address {Address}; public key {PublicKey}")]
    public static partial void Started(ILogger logger, string @interface, WireGuardPublicKey publicKey, int port, IPAddress address);

    [LoggerMessage(2106, LogLevel.Information, "WireGuard interface {Interface} has public key {PublicKey} and UDP port {Port} now")]
    public static partial void Configured(ILogger logger, string @interface, WireGuardPublicKey publicKey, int port);

    [LoggerMessage(2107, LogLevel.Information, "WireGuard interface {Interface} was reconciled with the registry: {Set} peers set, {Removed} removed")]
    public static partial void Reconciled(ILogger logger, string @interface, int set, int removed);

    [LoggerMessage(2108, LogLevel.Error, "A peer was left out of the tunnel: {Reason}")]
    public static partial void PeerRefused(ILogger logger, string reason);

    [LoggerMessage(2109, LogLevel.Information, "WireGuard peer {PublicKey} shook hands for the first time and replaces its edge's old key")]
    public static partial void Confirmed(ILogger logger, WireGuardPublicKey publicKey);

    [LoggerMessage(2110, LogLevel.Error, "WireGuard peer {PublicKey} shook hands, but the registry did not confirm it")]
    public static partial void ConfirmFailed(ILogger logger, WireGuardPublicKey publicKey, Exception error);

    [LoggerMessage(2111, LogLevel.Error, "WireGuard interface {Interface} could not be reconciled with the registry; next try in {Seconds} s")]
    public static partial void ReconcileFailed(ILogger logger, string @interface, double seconds, Exception error);

    [LoggerMessage(2112, LogLevel.Information, "The tunnel goes to the node's key {PublicKey} now")]
    public static partial void LinkMoved(ILogger logger, WireGuardPublicKey publicKey);

    [LoggerMessage(2113, LogLevel.Warning, "The edge's WireGuard device could not be tended")]
    public static partial void LinkFailed(ILogger logger, Exception error);
}
