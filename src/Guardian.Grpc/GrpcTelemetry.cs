using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Guardian.Grpc;

/// <summary>
/// The names under which this package reports. Activities and instruments follow OpenTelemetry's semantic conventions for RPC (1.39) and cost
/// nothing while nobody listens.
/// </summary>
public static class GrpcTelemetry
{
    /// <summary>The activity source: one activity for each call, named <c>package.Service/Method</c>.</summary>
    public const string ActivitySourceName = "Guardian.Grpc";

    /// <summary>
    /// The meter: <c>rpc.server.call.duration</c> and <c>rpc.client.call.duration</c>, histograms in seconds with the attributes
    /// <c>rpc.system.name</c>, <c>rpc.method</c> and <c>rpc.response.status_code</c>, and <c>error.type</c> where a call failed.
    /// </summary>
    public const string MeterName = "Guardian.Grpc";

    internal static readonly ActivitySource Source = new(ActivitySourceName);

    private static readonly Meter Meter = new(MeterName);

    // The boundaries that the conventions advise, since the default ones are made for milliseconds.
    private static readonly InstrumentAdvice<double> Buckets = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    };

    internal static readonly Histogram<double> ServerDuration = Meter.CreateHistogram("rpc.server.call.duration", "s", "Duration of a call as the server sees it.", null, Buckets);
    internal static readonly Histogram<double> ClientDuration = Meter.CreateHistogram("rpc.client.call.duration", "s", "Duration of a call as the client sees it.", null, Buckets);

    /// <summary>Records the end of a call in an instrument and on its activity.</summary>
    internal static void Record(Histogram<double> duration, Activity? activity, string method, StatusCode status, TimeSpan elapsed)
    {
        if (!duration.Enabled && activity is null)
        {
            return;
        }

        string code = NameOf(status);
        var tags = new TagList
        {
            { "rpc.system.name", "grpc" },
            { "rpc.method", method },
            { "rpc.response.status_code", code },
        };
        if (status != StatusCode.OK)
        {
            tags.Add("error.type", code);
            activity?.SetStatus(ActivityStatusCode.Error);
        }

        duration.Record(elapsed.TotalSeconds, tags);
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            activity?.SetTag(tag.Key, tag.Value);
        }
    }

    // The conventions want the names of the gRPC project, in capitals.
    private static string NameOf(StatusCode status) => status switch
    {
        StatusCode.OK => "OK",
        StatusCode.Cancelled => "CANCELLED",
        StatusCode.Unknown => "UNKNOWN",
        StatusCode.InvalidArgument => "INVALID_ARGUMENT",
        StatusCode.DeadlineExceeded => "DEADLINE_EXCEEDED",
        StatusCode.NotFound => "NOT_FOUND",
        StatusCode.AlreadyExists => "ALREADY_EXISTS",
        StatusCode.PermissionDenied => "PERMISSION_DENIED",
        StatusCode.ResourceExhausted => "RESOURCE_EXHAUSTED",
        StatusCode.FailedPrecondition => "FAILED_PRECONDITION",
        StatusCode.Aborted => "ABORTED",
        StatusCode.OutOfRange => "OUT_OF_RANGE",
        StatusCode.Unimplemented => "UNIMPLEMENTED",
        StatusCode.Internal => "INTERNAL",
        StatusCode.Unavailable => "UNAVAILABLE",
        StatusCode.DataLoss => "DATA_LOSS",
        StatusCode.Unauthenticated => "UNAUTHENTICATED",
        _ => "UNKNOWN",
    };
}
