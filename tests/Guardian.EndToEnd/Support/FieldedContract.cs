using Google.Protobuf;
using Google.Protobuf.Reflection;
using Guardian.Tunnel.Contract;

namespace Guardian.EndToEnd.Support;

/// <summary>The contract's files, for peers that take the fields added since out of them.</summary>
internal static class FieldedContract
{
    public static async Task<string> WriteAsync(string path)
    {
        var files = new FileDescriptorSet();
        foreach (FileDescriptor file in new[] { EventsReflection.Descriptor, StreamingReflection.Descriptor, TelemetryReflection.Descriptor, ControlReflection.Descriptor })
        {
            files.File.Add(FileDescriptorProto.Parser.ParseFrom(file.SerializedData));
        }

        await File.WriteAllBytesAsync(path, files.ToByteArray());
        return path;
    }
}
