using System.Diagnostics;
using System.Text.Json;
using Google.Protobuf;
using Guardian.EndToEnd.Support;
using Guardian.Storage;
using Guardian.Testing;
using Guardian.Tunnel.Contract;

namespace Guardian.EndToEnd;

/// <summary>An edge in the field, in another language on another gRPC library, that knows none of the fields added since.</summary>
public sealed class FieldedEdgeTests
{
    [RequiresFact("/usr/lib/python3/dist-packages/grpc", Timeout = 120_000)]
    public async Task a_c_core_client_takes_over_after_enrolment_and_gets_the_answers_it_expects()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        string credentials = await node.EnrolAsync("fielded");
        var files = new Google.Protobuf.Reflection.FileDescriptorSet();
        foreach (ByteString file in new[] { EventsReflection.Descriptor, StreamingReflection.Descriptor, TelemetryReflection.Descriptor, ControlReflection.Descriptor }.Select(d => d.SerializedData))
        {
            files.File.Add(Google.Protobuf.Reflection.FileDescriptorProto.Parser.ParseFrom(file));
        }

        await File.WriteAllBytesAsync(node.File("contract.pb"), files.ToByteArray());
        byte[] clip = await new Sealer(node.Customer.PublicKey).SealAsync(new byte[3_000_000], "video/mp4");
        await File.WriteAllBytesAsync(node.File("clip.sealed"), clip);

        string eventId = Guid.NewGuid().ToString();
        string script = Path.Combine(AppContext.BaseDirectory, "peers", "fielded_edge.py");
        using Process python = Process.Start(new ProcessStartInfo("/usr/bin/python3", [script, node.File("contract.pb"), credentials, eventId, node.File("clip.sealed")])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        Task<string> errors = python.StandardError.ReadToEndAsync();
        string output = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        Assert.True(python.ExitCode == 0, output + await errors);

        JsonElement detail = await node.Api.GetAsync($"events/{eventId}", CancellationToken.None);
        Assert.Equal("rtsp-192.168.1.100", detail.GetProperty("event").GetProperty("camera_id").GetString());
        Assert.Equal(clip.Length, await node.Api.LengthAsync($"events/{eventId}/clip", CancellationToken.None));
    }
}
