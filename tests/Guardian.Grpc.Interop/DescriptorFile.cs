using Google.Protobuf;
using Google.Protobuf.Reflection;
using Guardian.Grpc.Interop.Testing;

namespace Guardian.Grpc.Interop;

/// <summary>Writes the interop contract as a serialized FileDescriptorSet, from which the Python peers make their classes without protoc.</summary>
public static class DescriptorFile
{
    public static void Write(string path)
    {
        var set = new FileDescriptorSet();
        foreach (FileDescriptor file in new[] { EmptyReflection.Descriptor, MessagesReflection.Descriptor, TestReflection.Descriptor })
        {
            set.File.Add(FileDescriptorProto.Parser.ParseFrom(file.SerializedData));
        }

        File.WriteAllBytes(path, set.ToByteArray());
    }
}
