using Guardian.Shared.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Guardian.Models.Inference;

/// <summary>Opens ONNX Runtime sessions with this package's settings.</summary>
internal static class OnnxSessions
{
    /// <summary>Opens a file of a stranger: one thread, and nothing that is kept beyond its run. Optimisation is left out, because it computes what is constant while it loads, where no run can be ended.</summary>
    public static InferenceSession OpenFile(string path)
    {
        OnnxTelemetry.TurnOff();
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            EnableCpuMemArena = false,
            EnableMemoryPattern = false,
        };
        return new InferenceSession(path, options);
    }

    /// <param name="model">ONNX bytes.</param>
    /// <param name="threads">Threads that share one operator.</param>
    /// <param name="spin">Keep idle threads awake between operators: faster steps in training, wasted power while an edge waits for a frame.</param>
    /// <exception cref="ModelException">The native library is missing, or the model cannot be loaded.</exception>
    public static InferenceSession Open(byte[] model, int threads, bool spin)
    {
        OnnxTelemetry.TurnOff();
        try
        {
            using var options = new SessionOptions
            {
                IntraOpNumThreads = threads,
                InterOpNumThreads = 1,
                ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
                GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,

                // Planning ahead for a pattern nearly doubles the peak memory of a training step and does not make it faster.
                EnableMemoryPattern = false,
            };
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", spin ? "1" : "0");

            // Adam's second moments decay into denormal numbers, which slow every operation on them many times over.
            options.AddSessionConfigEntry("session.set_denormal_as_zero", "1");
            return new InferenceSession(model, options);
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException)
        {
            throw new ModelException(
                "ONNX Runtime's native library (libonnxruntime.so, from the package Microsoft.ML.OnnxRuntime) is missing beside the program or does not "
                + "fit this processor.", isTransient: false, e);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException($"ONNX Runtime cannot load the model: {e.Message}", isTransient: false, e);
        }
    }
}
