using System.Runtime.InteropServices;
using Google.Protobuf;
using Guardian.Models.Inference;
using Guardian.Models.Tests.Support;

namespace Guardian.Models.Tests.Inference;

public sealed partial class OnnxTelemetryTests
{
    [Fact]
    public void the_runtimes_own_telemetry_is_off_wherever_a_session_is_opened()
    {
        OnnxSessions.Open(OnnxSamples.Single(OnnxSamples.Node("Relu", ["x"], "y")).ToByteArray(), threads: 1, spin: false).Dispose();
        Assert.Equal("1", Marshal.PtrToStringUTF8(GetVariable("ORT_DISABLE_TELEMETRY")));
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetVariable(string name);
}
