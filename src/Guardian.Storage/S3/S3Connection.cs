using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.S3;

namespace Guardian.Storage;

/// <summary>Makes the SDK's client as the options want it.</summary>
internal static class S3Connection
{
    private const int Retries = 2;

    public static AmazonS3Client Open(S3ArchiveOptions options)
    {
        var config = new AmazonS3Config
        {
            AuthenticationRegion = options.Region,
            ForcePathStyle = options.PathStyle,
            MaxErrorRetry = Retries,
            ConnectTimeout = options.StallTimeout,
            // The stall guard ends calls; a limit on a whole call would punish slow lines.
            Timeout = Timeout.InfiniteTimeSpan,
            // Servers other than AWS refuse the trailing checksums that are the SDK's default. Every request's payload is signed and has its MD5 instead.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            HttpClientFactory = new Http(options.CaFile.Length == 0 ? null : LoadAuthorities(options.CaFile), options.StallTimeout),
        };
        if (options.Endpoint.Length > 0)
        {
            config.ServiceURL = options.Endpoint;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }

        return new AmazonS3Client(Credentials(options), config);
    }

    private static AWSCredentials Credentials(S3ArchiveOptions options)
    {
        if (options.CredentialsFile.Length > 0)
        {
            var file = new SharedCredentialsFile(options.CredentialsFile);
            return file.TryGetProfile(options.Profile, out CredentialProfile profile) && AWSCredentialsFactory.TryGetAWSCredentials(profile, file, out AWSCredentials found)
                ? found
                : throw new ArgumentException($"{S3ArchiveOptions.Section}:{nameof(options.CredentialsFile)} has no usable profile \"{options.Profile}\"");
        }

        string? access = Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID"), secret = Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY");
        if (string.IsNullOrEmpty(access) || string.IsNullOrEmpty(secret))
        {
            throw new ArgumentException(
                $"{S3ArchiveOptions.Section}:{nameof(options.CredentialsFile)} is not set, and neither are the environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
        }

        return Environment.GetEnvironmentVariable("AWS_SESSION_TOKEN") is { Length: > 0 } token
            ? new SessionAWSCredentials(access, secret, token)
            : new BasicAWSCredentials(access, secret);
    }

    private static X509Certificate2Collection LoadAuthorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return authorities.Count > 0 ? authorities : throw new ArgumentException($"{S3ArchiveOptions.Section}:{nameof(S3ArchiveOptions.CaFile)} has no certificate");
    }

    private sealed class Http(X509Certificate2Collection? authorities, TimeSpan connectTimeout) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig)
        {
            var handler = new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                ConnectTimeout = connectTimeout,
                // An address that moves to another machine is followed.
                PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            };
            if (authorities is not null)
            {
                var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                policy.CustomTrustStore.AddRange(authorities);
                handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
            }

            return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        }

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
    }
}
