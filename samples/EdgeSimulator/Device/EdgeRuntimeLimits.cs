using Guardian.Shared.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Guardian.EdgeSimulator.Device;

/// <summary>What the simulator can run.</summary>
internal static class EdgeRuntimeLimits
{
    /// <summary>The newest operator set that the least ONNX Runtime with this simulator has (1.17 and later).</summary>
    public const uint MaxOpset = 20;

    public const ulong MaxModelBytes = 512UL << 20;

    public const uint MaxInputSide = 2048;

    /// <summary>The loaded library's own version.</summary>
    public static string RuntimeVersion { get; } = ReadVersion();

    private static string ReadVersion()
    {
        OnnxTelemetry.TurnOff();
        return OrtEnv.Instance().GetVersionString();
    }
}
