using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Guardian.EndToEnd.Support;

/// <summary>Receives metrics over OTLP/HTTP and remembers their names by the meter they are of.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    // Fields of opentelemetry/proto/collector/metrics/v1 and metrics/v1.
    private const int ResourceMetrics = 1, ScopeMetrics = 2, Scope = 1, ScopeName = 1, Metric = 2, MetricName = 1;

    private readonly WebApplication _application;

    private OtlpReceiver(WebApplication application) => _application = application;

    public ConcurrentDictionary<(string Meter, string Metric), bool> Metrics { get; } = new();

    public string Address => _application.Urls.Single();

    public static async Task<OtlpReceiver> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication application = builder.Build();
        var receiver = new OtlpReceiver(application);
        application.MapPost("/v1/metrics", async (HttpRequest request) =>
        {
            var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            receiver.Read(body.ToArray());
            return Results.Bytes([], "application/x-protobuf");
        });
        await application.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private void Read(byte[] request)
    {
        foreach (ByteString scope in Fields(request, ResourceMetrics).SelectMany(r => Fields(r.ToByteArray(), ScopeMetrics)))
        {
            string meter = Fields(Fields(scope.ToByteArray(), Scope).Single().ToByteArray(), ScopeName).Single().ToStringUtf8();
            foreach (ByteString metric in Fields(scope.ToByteArray(), Metric))
            {
                Metrics[(meter, Fields(metric.ToByteArray(), MetricName).Single().ToStringUtf8())] = true;
            }
        }
    }

    /// <summary>The values of one length-delimited field of a message.</summary>
    private static List<ByteString> Fields(byte[] message, int number)
    {
        var values = new List<ByteString>();
        var input = new CodedInputStream(message);
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (tag == WireFormat.MakeTag(number, WireFormat.WireType.LengthDelimited))
            {
                values.Add(input.ReadBytes());
            }
            else
            {
                input.SkipLastField();
            }
        }

        return values;
    }
}
