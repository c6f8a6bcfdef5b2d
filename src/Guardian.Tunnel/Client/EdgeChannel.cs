using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Guardian.Grpc;

namespace Guardian.Tunnel;

/// <summary>Channels that trust one node's authorities and nothing else.</summary>
internal static class EdgeChannel
{
    public static GrpcChannel Open(string address, IEnumerable<X509Certificate2> authorities, X509Certificate2? certificate) => new(new Uri($"https://{address}"), new GrpcChannelOptions
    {
        ConfigureHandler = handler => handler.SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = CertificateAuthority.Trust(authorities),
            ClientCertificates = certificate is null ? null : [certificate],
            LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
        },
    });
}
