using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using Google.Protobuf;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel.Tests;

/// <summary>Mutated messages to every method of the edge API: an answer each, and a gateway that goes on.</summary>
public sealed class HostileInputTests : GatewayFixture
{
    private const int PerMethod = 3000, Parallel = 16;

    [Theory(Timeout = 120_000)]
    [InlineData("edge.events.EventService/SendEvents")]
    [InlineData("edge.events.EventService/SendEvent")]
    [InlineData("edge.streaming.StreamingService/StreamClip")]
    [InlineData("edge.streaming.StreamingService/GetClipInfo")]
    [InlineData("edge.telemetry.TelemetryService/SendTelemetry")]
    [InlineData("edge.telemetry.TelemetryService/Heartbeat")]
    [InlineData("edge.control.ControlService/SyncCapabilities")]
    [InlineData("edge.datasets.DatasetService/UploadSnapshots")]
    [InlineData("edge.models.ModelService/DownloadModel")]
    [InlineData("edge.models.ModelService/ReportDeployment")]
    [InlineData("edge.enrollment.EnrollmentService/RenewCertificate")]
    public async Task mutated_messages_are_answered_and_the_gateway_goes_on(string method)
    {
        (EdgeClient client, EdgeCredentials credentials) = await EnrolAsync();
        using (client)
        using (credentials)
        {
            using HttpMessageInvoker http = Connect(credentials);
            byte[] seed = Seed(method).ToByteArray();
            var random = new Random(method.Length);
            byte[][] inputs = [.. Enumerable.Range(0, PerMethod).Select(i => Frame(Mutate(seed, random, i)))];
            await System.Threading.Tasks.Parallel.ForEachAsync(inputs, new ParallelOptions { MaxDegreeOfParallelism = Parallel }, async (frame, cancellationToken) =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, $"https://{credentials.Address}/{method}") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
                request.Content = new ByteArrayContent(frame);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
                request.Headers.TryAddWithoutValidation("te", "trailers");
                using HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
                await response.Content.CopyToAsync(Stream.Null, cancellationToken);
                string status = (response.Headers.TryGetValues("grpc-status", out IEnumerable<string>? only) ? only : response.TrailingHeaders.GetValues("grpc-status")).Single();

                // UNKNOWN would be an exception that nobody foresaw, and so would UNAVAILABLE: nothing behind this gateway fails.
                Assert.DoesNotContain(status, new[] { "2", "14" });
            });
            Assert.True((await client.HeartbeatAsync(None)).Success);
        }
    }

    private static HttpMessageInvoker Connect(EdgeCredentials credentials) => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = CertificateAuthority.Trust(credentials.Authority),
            ClientCertificates = [credentials.Certificate],
            LocalCertificateSelectionCallback = (_, _, _, _, _) => credentials.Certificate,
        },
    });

    private static IMessage Seed(string method) => method.Split('/')[1] switch
    {
        "SendEvents" => new SendEventsRequest { Events = { SomeEvent(), SomeEvent() } },
        "SendEvent" => new SendEventRequest { Event = SomeEvent() },
        "StreamClip" => new StreamClipChunk { Header = new StreamClipHeader { EventId = Guid.NewGuid().ToString(), CameraId = "front-door", TotalSize = 1000 } },
        "GetClipInfo" => new GetClipInfoRequest { EventId = Guid.NewGuid().ToString() },
        "SendTelemetry" => new SendTelemetryRequest { Telemetry = new TelemetryData { System = new SystemMetrics { CpuUsagePercent = 3 }, Application = new ApplicationMetrics { EventQueueLength = 1 }, Cameras = { new CameraStatus { CameraId = "c" } } } },
        "Heartbeat" => new HeartbeatRequest { Timestamp = 1, EdgeId = "e" },
        "SyncCapabilities" => new SyncCapabilitiesRequest { Cameras = { new CameraCapability { CameraId = "front-door", Name = "n", LabelCounts = { ["normal"] = 1 } } } },
        "UploadSnapshots" => new UploadSnapshotRequest { SnapshotId = "s", CameraId = "front-door", Label = "normal", Jpeg = ByteString.CopyFrom(1, 2) },
        "DownloadModel" => new DownloadModelRequest { DeploymentId = "d1", Offset = 299_000 },
        "ReportDeployment" => new ReportDeploymentRequest { DeploymentId = "d1", Success = true, ProbeScore = 1 },
        _ => new RenewCertificateRequest { CertificateRequest = ByteString.CopyFrom(1, 2, 3) },
    };

    private static Event SomeEvent() => new()
    {
        Id = Guid.NewGuid().ToString(),
        CameraId = "front-door",
        EventType = "motion",
        Timestamp = 1,
        BoundingBox = new BoundingBox { X1 = 1, ClassName = "person" },
        Metadata = { ["k"] = "v" },
        Frames = { new Frame { Jpeg = ByteString.CopyFrom(1, 2, 3) } },
    };

    /// <summary>Flips, cuts, repeats and inserts; every tenth is noise from end to end.</summary>
    private static byte[] Mutate(byte[] seed, Random random, int number)
    {
        if (number % 10 == 0)
        {
            byte[] noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            return noise;
        }

        var bytes = new List<byte>(seed);
        for (int k = random.Next(1, 5); k > 0 && bytes.Count > 0; k--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 6)));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, 20)));
                    break;
                default:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
            }
        }

        return [.. bytes];
    }

    private static byte[] Frame(byte[] message)
    {
        byte[] frame = new byte[5 + message.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }
}
