using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Guardian.ReferenceHost.Metrics;

/// <summary>Sends the node's metrics to an OTLP receiver, when one is named. A receiver that does not answer costs the node nothing but the tries.</summary>
internal sealed class OtlpExport(IOptions<TelemetryExportOptions> options) : IHostedService, IDisposable
{
    /// <summary>The variables of https://opentelemetry.io/docs/specs/otel/protocol/exporter/ that name a receiver of metrics.</summary>
    private static readonly string[] EndpointVariables = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"];

    private MeterProvider? _provider;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.OtlpEndpoint is not null || EndpointVariables.Any(v => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(v))))
        {
            _provider = Sdk.CreateMeterProviderBuilder()
                .ConfigureResource(r => r.AddService("guardian", serviceVersion: Api.NodeEndpoints.Version))
                .AddMeter(NodeMeters.Patterns)
                .AddView(_ => new MetricStreamConfiguration { CardinalityLimit = MetricCollector.MaxSeries })
                .AddOtlpExporter(Configure)
                .Build();
        }

        return Task.CompletedTask;
    }

    /// <summary>Sends what has not been sent; the exporter gives up after its own time limit.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(Dispose, CancellationToken.None);

    public void Dispose() => Interlocked.Exchange(ref _provider, null)?.Dispose();

    private void Configure(OtlpExporterOptions exporter, MetricReaderOptions reader)
    {
        if (options.Value.OtlpInterval is { } interval)
        {
            reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)interval.TotalMilliseconds;
        }

        if (options.Value.OtlpProtocol is { } protocol)
        {
            exporter.Protocol = protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        }

        if (options.Value.OtlpEndpoint is { } endpoint)
        {
            // Set by code, the exporter takes an address as it is.
            exporter.Endpoint = exporter.Protocol == OtlpExportProtocol.HttpProtobuf ? new Uri($"{endpoint.TrimEnd('/')}/v1/metrics") : new Uri(endpoint);
        }
    }
}
