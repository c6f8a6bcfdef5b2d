using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Guardian.Grpc;
using Guardian.Tunnel.Contract;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>Serves <c>edge.enrollment.EnrollmentService</c>: on the public port what needs no certificate and the way back into the tunnel, on the edge port what needs one.</summary>
internal sealed class EnrollmentApi(
    CertificateAuthority authority, EdgeRegistry registry, TokenThrottle throttle, RefusalAudit refusals, TunnelOptions options, ITunnelNetwork? network, TunnelMetrics metrics, Func<(string Edge, string Enrollment)> addresses,
    ILogger logger)
{
    private const int MaxToken = 128, MaxSoftware = 128, MaxMessage = 64 << 10;

    public void BindPublic(PublicBinder binder)
    {
        binder.MaxReceiveMessageSize(MaxMessage);
        binder.Unary<GetAuthorityRequest, GetAuthorityResponse>("GetAuthority", GetAuthorityAsync);
        binder.Unary<EnrollRequest, EnrollResponse>("Enroll", EnrollAsync);
        binder.Unimplemented("RenewCertificate");
    }

    public void BindAuthenticated(EdgeBinder binder)
    {
        binder.MaxReceiveMessageSize(MaxMessage);
        binder.Unary<RenewCertificateRequest, RenewCertificateResponse>("RenewCertificate", RenewAsync);
        BindTunnel(binder, mayChangeKey: true);
        binder.Unimplemented("GetAuthority");
        binder.Unimplemented("Enroll");
    }

    /// <summary>What an enrolled edge may call on both ports.</summary>
    /// <param name="binder">Binds.</param>
    /// <param name="mayChangeKey">
    /// Whether the call comes through the tunnel, and so from who has the edge's present key. From elsewhere a certificate alone would be enough to take the edge's place in the tunnel.
    /// </param>
    public void BindTunnel(EdgeBinder binder, bool mayChangeKey) =>
        binder.Unary<GetTunnelRequest, GetTunnelResponse>("GetTunnel", (edge, request, call) => GetTunnelAsync(edge, request, mayChangeKey, call));

    private ValueTask<GetAuthorityResponse> GetAuthorityAsync(GetAuthorityRequest request, ServerCall<GetAuthorityRequest, GetAuthorityResponse> call)
    {
        var response = new GetAuthorityResponse { CaCertificate = ByteString.CopyFrom(authority.CertificateDer) };
        response.TrustedAuthorities.AddRange(Trusted());
        return new(response);
    }

    private async ValueTask<EnrollResponse> EnrollAsync(EnrollRequest request, ServerCall<EnrollRequest, EnrollResponse> call)
    {
        if (Wrong(request) is { } wrong)
        {
            throw new RpcException(StatusCode.InvalidArgument, wrong);
        }

        IPAddress? address = call.HttpContext.Connection.RemoteIpAddress;
        if (throttle.TryEnter(address) is { } wait)
        {
            Log.EnrollmentThrottled(logger, address);
            string seconds = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            throw new RpcException(StatusCode.ResourceExhausted, $"token: {options.WrongTokenLimit} wrong ones in a minute came from this address; wait {seconds} s");
        }

        (EdgeId Edge, X509Certificate2 Certificate)? redeemed = await RedeemAsync(request, address, call.CancellationToken).ConfigureAwait(false);
        if (redeemed is not { } enrolled)
        {
            Log.EnrollmentRefused(logger, address);
            await refusals.RecordAsync(AuditAction.EnrollmentRefused, null, address, "the token is unknown, used, expired or revoked", call.CancellationToken).ConfigureAwait(false);
            throw new RpcException(StatusCode.PermissionDenied, "token: it is unknown, used, expired or revoked; ask the operator for a new bundle");
        }

        throttle.Right(address);
        using X509Certificate2 certificate = enrolled.Certificate;
        Log.Enrolled(logger, enrolled.Edge, address);
        return await AnswerAsync(enrolled.Edge, certificate, call.CancellationToken).ConfigureAwait(false);
    }

    private async Task<(EdgeId Edge, X509Certificate2 Certificate)?> RedeemAsync(EnrollRequest request, IPAddress? address, CancellationToken cancellationToken)
    {
        authority.Refresh();
        byte[]? key = network is null || request.WireguardPublicKey.IsEmpty ? null : request.WireguardPublicKey.ToByteArray();
        var claim = new EnrollmentClaim(request.Token, request.Software, request.CameraIds, key, network?.MaxPeers ?? 0, address);
        try
        {
            return await registry.RedeemTokenAsync(
                claim, edge => authority.IssueForEdge(edge, request.CertificateRequest.Span, options.CertificateLifetime), cancellationToken).ConfigureAwait(false);
        }
        catch (CameraClaimException e)
        {
            // Counted as a wrong token: whoever holds a good one must not learn by it which cameras there are.
            metrics.CallRefused("camera");
            await refusals.RecordAsync(AuditAction.CameraRefused, e.Edge, address, e.Message, cancellationToken).ConfigureAwait(false);
            throw new RpcException(StatusCode.PermissionDenied, e.Message, innerException: e);
        }
        catch (TunnelException e) when (!e.IsTransient)
        {
            // A bad request undoes the transaction, so the token is still good; that it was right is told only by this.
            throttle.Right(address);
            throw new RpcException(StatusCode.InvalidArgument, e.Message, innerException: e);
        }
    }

    private async Task<EnrollResponse> AnswerAsync(EdgeId edge, X509Certificate2 certificate, CancellationToken cancellationToken)
    {
        var response = new EnrollResponse
        {
            EdgeId = edge.ToString(),
            Certificate = ByteString.CopyFrom(certificate.RawData),
            CaCertificate = ByteString.CopyFrom(authority.CertificateDer),
            EdgeAddress = addresses().Edge,
            EnrollmentAddress = addresses().Enrollment,
        };
        response.Recipients.AddRange(options.Recipients.Select(r => ByteString.CopyFrom(r)));
        response.TrustedAuthorities.AddRange(Trusted());
        if (network is not null && await registry.TunnelPeers.GetAsync(edge, cancellationToken).ConfigureAwait(false) is { } peer)
        {
            response.Tunnel = network.SettingsOf(peer);
        }

        return response;
    }

    private async ValueTask<RenewCertificateResponse> RenewAsync(EdgeId edge, RenewCertificateRequest request, ServerCall<RenewCertificateRequest, RenewCertificateResponse> call)
    {
        authority.Refresh();
        X509Certificate2 certificate;
        try
        {
            certificate = authority.IssueForEdge(edge, request.CertificateRequest.Span, options.CertificateLifetime);
        }
        catch (TunnelException e)
        {
            throw new RpcException(StatusCode.InvalidArgument, e.Message, innerException: e);
        }

        using (certificate)
        {
            ConnectionInfo connection = call.HttpContext.Connection;
            if (!await registry.RecordRenewalAsync(edge, connection.ClientCertificate!.SerialNumber, certificate, connection.RemoteIpAddress, call.CancellationToken).ConfigureAwait(false))
            {
                throw new RpcException(StatusCode.Unauthenticated, "this edge may not speak with this certificate any more");
            }

            Log.Renewed(logger, edge);
            var response = new RenewCertificateResponse { Certificate = ByteString.CopyFrom(certificate.RawData), CaCertificate = ByteString.CopyFrom(authority.CertificateDer) };
            response.TrustedAuthorities.AddRange(Trusted());
            return response;
        }
    }

    private async ValueTask<GetTunnelResponse> GetTunnelAsync(EdgeId edge, GetTunnelRequest request, bool mayChangeKey, ServerCall<GetTunnelRequest, GetTunnelResponse> call)
    {
        if (network is null)
        {
            throw new RpcException(StatusCode.FailedPrecondition, "this node has no WireGuard tunnel");
        }

        if (!request.WireguardPublicKey.IsEmpty)
        {
            if (!mayChangeKey && await registry.TunnelPeers.GetAsync(edge, call.CancellationToken).ConfigureAwait(false) is not null)
            {
                throw new RpcException(StatusCode.FailedPrecondition, "wireguard_public_key: it is changed through the tunnel only");
            }

            try
            {
                await registry.TunnelPeers.ProposeAsync(
                    edge, request.WireguardPublicKey.ToByteArray(), network.MaxPeers, call.HttpContext.Connection.RemoteIpAddress, call.CancellationToken).ConfigureAwait(false);
            }
            catch (TunnelException e) when (!e.IsTransient)
            {
                throw new RpcException(StatusCode.InvalidArgument, e.Message, innerException: e);
            }
        }

        if (request.KnownNextPublicKey.Length == WireGuardPublicKey.Size)
        {
            await registry.TunnelPeers.RecordKnownKeyAsync(edge, request.KnownNextPublicKey.ToByteArray(), call.CancellationToken).ConfigureAwait(false);
        }

        return await registry.TunnelPeers.GetAsync(edge, call.CancellationToken).ConfigureAwait(false) is { } peer
            ? new GetTunnelResponse { Tunnel = network.SettingsOf(peer) }
            : throw new RpcException(StatusCode.NotFound, "wireguard_public_key: this edge has none yet; send one");
    }

    private static string? Wrong(EnrollRequest request)
    {
        if (request.Token.Length is 0 or > MaxToken || request.Software.Length > MaxSoftware)
        {
            return $"token, software: 1 to {MaxToken} and at most {MaxSoftware} characters are taken";
        }

        return request.CameraIds.Count > CameraDirectory.MaxPerEdge || !request.CameraIds.All(CameraDirectory.IsCameraId)
            ? $"camera_ids: at most {CameraDirectory.MaxPerEdge} of 1 to 128 characters of A-Z a-z 0-9 . _ : - are taken"
            : null;
    }

    private IEnumerable<ByteString> Trusted() => authority.TrustedAuthorities.Select(ByteString.CopyFrom);
}
