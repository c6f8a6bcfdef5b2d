using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Guardian.Grpc;
using Guardian.Tunnel.Contract;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>Serves <c>edge.enrollment.EnrollmentService</c>: on the public port what needs no certificate, on the edge port what needs one.</summary>
internal sealed class EnrollmentApi(CertificateAuthority authority, EdgeRegistry registry, EdgeGate gate, TunnelOptions options, Func<string> edgeAddress, ILogger logger)
{
    private const int MaxToken = 128, MaxSoftware = 128, MaxMessage = 16 << 10;

    public void BindPublic(EdgeBinder binder)
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
        binder.Unimplemented("GetAuthority");
        binder.Unimplemented("Enroll");
    }

    private ValueTask<GetAuthorityResponse> GetAuthorityAsync(GetAuthorityRequest request, ServerCall<GetAuthorityRequest, GetAuthorityResponse> call) =>
        new(new GetAuthorityResponse { CaCertificate = ByteString.CopyFrom(authority.CertificateDer) });

    private async ValueTask<EnrollResponse> EnrollAsync(EnrollRequest request, ServerCall<EnrollRequest, EnrollResponse> call)
    {
        if (request.Token.Length is 0 or > MaxToken || request.Software.Length > MaxSoftware)
        {
            throw new RpcException(StatusCode.InvalidArgument, $"token, software: 1 to {MaxToken} and at most {MaxSoftware} characters are taken");
        }

        (EdgeId Edge, X509Certificate2 Issued)? redeemed;
        try
        {
            redeemed = await registry.RedeemTokenAsync(
                request.Token,
                request.Software,
                edge =>
                {
                    X509Certificate2 certificate = authority.IssueForEdge(edge, request.CertificateRequest.Span, options.CertificateLifetime);
                    return (certificate, certificate.NotAfter);
                },
                call.CancellationToken).ConfigureAwait(false);
        }
        catch (TunnelException e) when (!e.IsTransient)
        {
            // A bad certificate request undoes the transaction, so the token is still good.
            throw new RpcException(StatusCode.InvalidArgument, e.Message, innerException: e);
        }

        if (redeemed is not { } result)
        {
            Log.EnrollmentRefused(logger, call.HttpContext.Connection.RemoteIpAddress);
            throw new RpcException(StatusCode.PermissionDenied, "token: it is unknown, used, expired or revoked; ask the operator for a new bundle");
        }

        using X509Certificate2 issued = result.Issued;
        Log.Enrolled(logger, result.Edge, call.HttpContext.Connection.RemoteIpAddress);
        var response = new EnrollResponse
        {
            EdgeId = result.Edge.ToString(),
            Certificate = ByteString.CopyFrom(issued.RawData),
            CaCertificate = ByteString.CopyFrom(authority.CertificateDer),
            EdgeAddress = edgeAddress(),
        };
        response.Recipients.AddRange(options.Recipients.Select(r => ByteString.CopyFrom(r)));
        return response;
    }

    private async ValueTask<RenewCertificateResponse> RenewAsync(RenewCertificateRequest request, ServerCall<RenewCertificateRequest, RenewCertificateResponse> call)
    {
        EdgeId edge = await gate.IdentifyAsync(call).ConfigureAwait(false);
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
            await registry.RecordRenewalAsync(edge, certificate.NotAfter, call.CancellationToken).ConfigureAwait(false);
            Log.Renewed(logger, edge);
            return new RenewCertificateResponse { Certificate = ByteString.CopyFrom(certificate.RawData), CaCertificate = ByteString.CopyFrom(authority.CertificateDer) };
        }
    }
}
