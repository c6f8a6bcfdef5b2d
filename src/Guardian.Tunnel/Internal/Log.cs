using System.Net;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>Event ids 2000–2999 belong to this package.</summary>
internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Information, "Edge {Edge} enrolled from {Address}")]
    public static partial void Enrolled(ILogger logger, EdgeId edge, IPAddress? address);

    [LoggerMessage(2002, LogLevel.Warning, "An enrolment from {Address} was refused: its token is unknown, used, expired or revoked")]
    public static partial void EnrollmentRefused(ILogger logger, IPAddress? address);

    [LoggerMessage(2003, LogLevel.Information, "Edge {Edge} renewed its certificate")]
    public static partial void Renewed(ILogger logger, EdgeId edge);

    [LoggerMessage(2004, LogLevel.Warning, "Edge {Edge} was refused: {Reason}")]
    public static partial void EdgeRefused(ILogger logger, EdgeId edge, string reason);

    [LoggerMessage(2005, LogLevel.Warning, "Edge {Edge} was refused for camera {CameraId}: it is not its own")]
    public static partial void CameraRefused(ILogger logger, EdgeId edge, string cameraId);

    [LoggerMessage(2006, LogLevel.Error, "Serving {Method} failed")]
    public static partial void HandlerFailed(ILogger logger, string method, Exception error);

    [LoggerMessage(2007, LogLevel.Information, "The edge API listens on {EdgeAddress} (mutual TLS), enrolment on {EnrollmentAddress} (TLS); CA {Fingerprint}")]
    public static partial void Listening(ILogger logger, string edgeAddress, string enrollmentAddress, string fingerprint);

    [LoggerMessage(2008, LogLevel.Warning, "No WireGuard tunnel is configured: edges are protected by mutual TLS alone")]
    public static partial void NoWireGuard(ILogger logger);

    [LoggerMessage(2009, LogLevel.Warning, "A client's certificate was refused: {Reason}")]
    public static partial void CertificateRefused(ILogger logger, string reason);

    [LoggerMessage(2010, LogLevel.Warning, "Enrolments from {Address} wait: too many wrong tokens came from there")]
    public static partial void EnrollmentThrottled(ILogger logger, IPAddress? address);

    [LoggerMessage(2011, LogLevel.Error, "{Work} failed; it is tried again")]
    public static partial void BackgroundFailed(ILogger logger, string work, Exception error);

    [LoggerMessage(2012, LogLevel.Information, "Edge {Edge} is {State}")]
    public static partial void ConnectionChanged(ILogger logger, EdgeId edge, string state);

    [LoggerMessage(2013, LogLevel.Information, "Command {Command} to edge {Edge} has its outcome: {State}")]
    public static partial void CommandSettled(ILogger logger, string command, EdgeId edge, EdgeCommandState state);

    [LoggerMessage(2014, LogLevel.Information, "Commands of edge {Edge} wait: its edge.control at {Address} cannot be reached ({Reason})")]
    public static partial void ControlUnreachable(ILogger logger, EdgeId edge, Uri address, string reason);

    [LoggerMessage(2016, LogLevel.Information, "The tunnel of edge {Edge} is up, from {EndPoint}")]
    public static partial void TunnelUp(ILogger logger, EdgeId edge, IPEndPoint? endPoint);

    [LoggerMessage(2017, LogLevel.Warning, "Nothing comes through the tunnel of edge {Edge} any more")]
    public static partial void TunnelSilent(ILogger logger, EdgeId edge);

    [LoggerMessage(2015, LogLevel.Information, "The certificate authority was read anew; its fingerprint is {Fingerprint}")]
    public static partial void AuthorityReloaded(ILogger logger, string fingerprint);
}
