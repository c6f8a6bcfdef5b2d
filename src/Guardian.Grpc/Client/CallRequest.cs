using System.Diagnostics;
using System.Net;
using Guardian.Grpc.Wire;

namespace Guardian.Grpc.Client;

/// <summary>Builds the HTTP request of a call.</summary>
internal static class CallRequest
{
    private static readonly string UserAgent = $"grpc-dotnet-guardian/{typeof(CallRequest).Assembly.GetName().Version?.ToString(3)}";

    public static HttpRequestMessage Create(Uri address, string path, GrpcCallOptions options, HttpContent body, Activity? activity)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body,
        };
        void Header(string name, string value) => request.Headers.TryAddWithoutValidation(name, value);

        // Servers refuse calls without it: the header says that no proxy on the way drops trailers.
        Header("te", "trailers");
        Header("user-agent", UserAgent);
        Header(Protocol.AcceptEncodingHeader, Protocol.AcceptedEncodings);
        if (options.Compress)
        {
            Header(Protocol.EncodingHeader, Protocol.Gzip);
        }

        if (options.Timeout is { } timeout)
        {
            Header(Protocol.TimeoutHeader, TimeoutValue.Encode(timeout));
        }

        if (activity is not null)
        {
            DistributedContextPropagator.Current.Inject(activity, request, static (carrier, name, value) => ((HttpRequestMessage)carrier!).Headers.TryAddWithoutValidation(name, value));
        }

        foreach (MetadataEntry entry in options.Headers ?? [])
        {
            Header(entry.Name, entry.Encoded);
        }

        return request;
    }
}
