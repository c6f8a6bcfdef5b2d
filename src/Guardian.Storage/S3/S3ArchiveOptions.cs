namespace Guardian.Storage;

/// <summary>Which S3 server an <see cref="S3ArchiveStore"/> speaks to, and its bounds.</summary>
public sealed class S3ArchiveOptions
{
    /// <summary>The configuration section that hosts bind these options to.</summary>
    public const string Section = "Guardian:Storage:S3";

    /// <summary>The server's address, such as <c>https://minio.example:9000</c>; empty (the default) for AWS.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary>The region that requests are signed for. Default <c>us-east-1</c>, which MinIO and Ceph expect where nothing else was set.</summary>
    public string Region { get; set; } = "us-east-1";

    /// <summary>True (the default) for <c>endpoint/bucket/key</c>, as MinIO and Ceph want it; false for <c>bucket.endpoint/key</c>, as AWS does.</summary>
    public bool PathStyle { get; set; } = true;

    /// <summary>
    /// Put before every bucket's name; empty by default. AWS needs it: its bucket names are shared by all of its customers. At most 30 characters of <c>a-z 0-9 -</c>,
    /// the first a letter or digit. A name that becomes longer than 63 characters is cut and ends in the first 16 hexadecimal digits of its SHA-256.
    /// </summary>
    public string BucketPrefix { get; set; } = "";

    /// <summary>
    /// A file with the keys, in the form of AWS's shared credentials file. Empty (the default): they are taken from the environment variables
    /// <c>AWS_ACCESS_KEY_ID</c>, <c>AWS_SECRET_ACCESS_KEY</c> and <c>AWS_SESSION_TOKEN</c>. There is no option for the keys themselves, so that none ends up in a configuration.
    /// </summary>
    public string CredentialsFile { get; set; } = "";

    /// <summary>The profile in <see cref="CredentialsFile"/>. Default <c>default</c>.</summary>
    public string Profile { get; set; } = "default";

    /// <summary>A PEM file with the authorities that the server's certificate must come from; empty (the default) for the system's.</summary>
    public string CaFile { get; set; } = "";

    /// <summary>
    /// Bytes of one part. Objects up to this size are sent in one request, larger ones in parts. Default 16 MiB; 5 MiB to 256 MiB. An object has at most
    /// 10 000 parts: 156 GiB with the default.
    /// </summary>
    public int PartBytes { get; set; } = 16 << 20;

    /// <summary>Parts of one object that are sent at one time. Default 4; 1 to 64.</summary>
    public int PartParallelism { get; set; } = 4;

    /// <summary>Bytes of all parts that wait or are being sent, over all objects: puts beyond it wait. Default 128 MiB; at least <see cref="PartBytes"/>.</summary>
    public long MaxBufferedBytes { get; set; } = 128L << 20;

    /// <summary>A call that moves no byte for this long is given up as transient. Default 30 s; 1 s to 1 hour. Requests that make the server copy may take ten times as long.</summary>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Every error of these options, each naming its configuration key; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        void Check(bool holds, string key, string rule)
        {
            if (!holds)
            {
                errors.Add($"{Section}:{key} {rule}");
            }
        }

        Check(Endpoint.Length == 0 || (Uri.TryCreate(Endpoint, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"), nameof(Endpoint), "must be an http or https address");
        Check(!string.IsNullOrWhiteSpace(Region), nameof(Region), "must name a region");
        Check(
            BucketPrefix.Length <= 30 && BucketPrefix.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && !BucketPrefix.StartsWith('-'),
            nameof(BucketPrefix),
            "must be at most 30 characters of a-z 0-9 -, the first a letter or digit");
        Check(CredentialsFile.Length == 0 || File.Exists(CredentialsFile), nameof(CredentialsFile), "must name a file that is there");
        Check(!string.IsNullOrWhiteSpace(Profile), nameof(Profile), "must name a profile");
        Check(CaFile.Length == 0 || File.Exists(CaFile), nameof(CaFile), "must name a file that is there");
        Check(PartBytes is >= 5 << 20 and <= 256 << 20, nameof(PartBytes), "must be from 5242880 to 268435456");
        Check(PartParallelism is >= 1 and <= 64, nameof(PartParallelism), "must be from 1 to 64");
        Check(MaxBufferedBytes >= PartBytes, nameof(MaxBufferedBytes), "must be at least PartBytes");
        Check(StallTimeout >= TimeSpan.FromSeconds(1) && StallTimeout <= TimeSpan.FromHours(1), nameof(StallTimeout), "must be from 1 second to 1 hour");
        return errors;
    }
}
