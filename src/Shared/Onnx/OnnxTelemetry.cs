using System.Runtime.InteropServices;

namespace Guardian.Shared.Onnx;

/// <summary>
/// ONNX Runtime's own telemetry (https://github.com/microsoft/onnxruntime/pull/27379): from version 1.29 on, its Linux library writes what models are called, how they are made and how long they run into the user's home, and sends it to its
/// maker. A node tells nobody anything, so it is turned off before the library is loaded.
/// </summary>
internal static partial class OnnxTelemetry
{
    private static readonly int Result = SetVariable("ORT_DISABLE_TELEMETRY", "1", 1);

    /// <summary>Turns it off for this process. Call it before anything else of ONNX Runtime; again it does nothing.</summary>
    /// <exception cref="InvalidOperationException">The environment cannot be changed; nothing may be loaded then.</exception>
    public static void TurnOff()
    {
        if (Result != 0)
        {
            throw new InvalidOperationException("ORT_DISABLE_TELEMETRY could not be set");
        }
    }

    // .NET keeps an environment of its own, which a native library does not see.
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
