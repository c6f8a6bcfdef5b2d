namespace Guardian.ReferenceHost.Metrics;

/// <summary>Where the node sends its metrics by itself. OpenTelemetry's own environment variables hold as well.</summary>
internal sealed class TelemetryExportOptions
{
    public const string Section = "Guardian:Telemetry";

    /// <summary>The OTLP receiver, such as <c>http://collector.example:4317</c>; null for none, unless OTEL_EXPORTER_OTLP_ENDPOINT names one.</summary>
    public string? OtlpEndpoint { get; set; }

    /// <summary><c>grpc</c> or <c>http/protobuf</c>; with the latter the metrics go to <c>v1/metrics</c> under the endpoint. Default: <c>grpc</c>, unless OTEL_EXPORTER_OTLP_PROTOCOL says otherwise.</summary>
    public string? OtlpProtocol { get; set; }

    /// <summary>How often they are sent. Default: every minute, unless OTEL_METRIC_EXPORT_INTERVAL says otherwise; 1 second to 1 hour.</summary>
    public TimeSpan? OtlpInterval { get; set; }

    /// <summary>Every error of these options, each naming its configuration key; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (OtlpEndpoint is not null && !(Uri.TryCreate(OtlpEndpoint, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"))
        {
            errors.Add($"{Section}:{nameof(OtlpEndpoint)} must be an http or https address");
        }

        if (OtlpProtocol is not (null or "grpc" or "http/protobuf"))
        {
            errors.Add($"{Section}:{nameof(OtlpProtocol)} must be grpc or http/protobuf");
        }

        if (OtlpInterval is { } interval && (interval < TimeSpan.FromSeconds(1) || interval > TimeSpan.FromHours(1)))
        {
            errors.Add($"{Section}:{nameof(OtlpInterval)} must be from 1 second to 1 hour");
        }

        return errors;
    }
}
