using Guardian.Shared.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Guardian.Analysis;

/// <summary>Opens ONNX Runtime sessions with this package's settings.</summary>
internal static class YoloSession
{
    /// <exception cref="AnalysisException">The native library is missing, or the model cannot be loaded.</exception>
    public static InferenceSession Open(byte[] model, int threads)
    {
        OnnxTelemetry.TurnOff();
        try
        {
            using var options = new SessionOptions
            {
                IntraOpNumThreads = threads,
                InterOpNumThreads = 1,
                ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            };

            // Idle threads that spin would take the cores that the next stage needs.
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            return new InferenceSession(model, options);
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException)
        {
            throw new AnalysisException(
                "ONNX Runtime's native library (libonnxruntime.so, from the package Microsoft.ML.OnnxRuntime) is missing beside the program or does not "
                + "fit this processor.", isTransient: false, e);
        }
        catch (OnnxRuntimeException e)
        {
            throw new AnalysisException($"model: ONNX Runtime cannot load it: {e.Message}", isTransient: false, e);
        }
    }
}
