using System.Globalization;
using Guardian.Grpc.Interop;
using Guardian.Grpc.Interop.Testing;
using Microsoft.Extensions.Logging;

namespace Guardian.Grpc.Tests.Server;

public sealed class FuzzTests
{
    private const int Rounds = 400;

    [Theory(Timeout = 60_000)]
    [InlineData("UnaryCall", 1)]
    [InlineData("FullDuplexCall", 2)]
    [InlineData("StreamingInputCall", 3)]
    public async Task mutated_frames_get_a_status_and_the_server_goes_on(string method, int seed)
    {
        await using TestServer server = await TestServer.StartAsync(InteropService.Bind, new GrpcServerOptions { MaxReceiveMessageSize = 64 << 10 });
        using var peer = new RawPeer(server.Address);
        var random = new Random(seed);
        byte[] seedFrame = RawPeer.Frame(new SimpleRequest { ResponseSize = 10, Payload = Rpc.Zeros(40), ResponseStatus = new EchoStatus { Code = 3, Message = "é" } });
        for (int round = 0; round < Rounds; round++)
        {
            byte[] body = Mutate([.. seedFrame, .. seedFrame], random);
            string encoding = random.Next(2) == 0 ? "identity" : "gzip";
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, "/grpc.testing.TestService/" + method)) { Content = new ByteArrayContent(body) };
            RawAnswer answer = await peer.SendAsync(request, headers: ("grpc-encoding", encoding));
            int status = int.Parse(answer.Status ?? "-1", CultureInfo.InvariantCulture);
            Assert.True(answer.Http == 200 && status is >= 0 and <= 16, $"seed {seed}, round {round}: HTTP {answer.Http}, status {answer.Status}");
        }

        using GrpcChannel channel = server.Connect();
        Assert.Equal(7, (await channel.UnaryAsync(new SimpleRequest { ResponseSize = 7 })).Payload.Body.Length);
        Assert.DoesNotContain(server.Log.Entries, e => e.Level >= LogLevel.Error);
    }

    private static byte[] Mutate(byte[] frame, Random random)
    {
        List<byte> bytes = [.. frame];
        for (int i = random.Next(1, 6); i > 0 && bytes.Count > 0; i--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveRange(at, random.Next(bytes.Count - at));
                    break;
                case 3:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                default:
                    bytes.AddRange(bytes[..at]);
                    break;
            }
        }

        return [.. bytes];
    }
}
