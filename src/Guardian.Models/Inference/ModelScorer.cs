using System.Runtime.InteropServices;
using Guardian.Models.Inference;
using Guardian.Shared.Imaging;
using Microsoft.ML.OnnxRuntime;

namespace Guardian.Models;

/// <summary>
/// Scores frames with a trained model. It only feeds pixels in and reads numbers out: whatever else runs the ONNX file computes the same. Thread-safe.
/// </summary>
public sealed class ModelScorer : IDisposable
{
    private const int MaxSide = 8192;
    private const int ProbeWidth = 64;
    private const int ProbeHeight = 48;

    private static readonly string[] Inputs = [PreprocessingGraph.Image];
    private static readonly string[] Outputs = [InferenceGraph.Score, InferenceGraph.Threshold, InferenceGraph.ErrorMap, InferenceGraph.Parts];

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();

    /// <summary>Loads a model.</summary>
    /// <param name="onnx">The ONNX file. It is copied; check its hash before, a model is a program.</param>
    /// <param name="options">How to run it; null is the defaults.</param>
    /// <exception cref="ArgumentException">An option is outside its bounds.</exception>
    /// <exception cref="ModelException">Too large, not a model of this format, or ONNX Runtime's library is missing.</exception>
    public ModelScorer(ReadOnlyMemory<byte> onnx, ModelScorerOptions? options = null)
    {
        options ??= new ModelScorerOptions();
        options.ThrowIfInvalid();
        if (onnx.Length > options.MaxModelBytes)
        {
            throw new ModelException($"The model has {onnx.Length} bytes; the limit {nameof(options.MaxModelBytes)} is {options.MaxModelBytes}.");
        }

        _session = OnnxSessions.Open(onnx.ToArray(), options.Threads, spin: false);
        try
        {
            ThrowIfOtherFormat(_session);
            Threshold = ScoreProbeFrame().Threshold;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Scores above this are anomalous.</summary>
    public double Threshold { get; }

    /// <summary>Scores a JPEG file.</summary>
    /// <param name="jpeg">At most 4 MiB and 8192 pixels a side.</param>
    /// <exception cref="ModelException">The file is not a usable JPEG; the message says why.</exception>
    public ModelScore Score(ReadOnlyMemory<byte> jpeg)
    {
        try
        {
            RgbImage image = JpegDecoder.Decode(jpeg.Span, JpegLimits.Default);
            return Run(image.Pixels, image.Width, image.Height);
        }
        catch (JpegException e)
        {
            throw new ModelException(e.Message, isTransient: false, e);
        }
    }

    /// <summary>Scores a decoded frame.</summary>
    /// <param name="rgb">Rows from the top, red green blue, no padding: width × height × 3 bytes.</param>
    /// <param name="width">1 to 8192.</param>
    /// <param name="height">1 to 8192.</param>
    /// <exception cref="ArgumentException">The size is out of bounds or does not fit the number of bytes.</exception>
    /// <exception cref="ModelException">ONNX Runtime failed.</exception>
    public ModelScore Score(ReadOnlyMemory<byte> rgb, int width, int height)
    {
        if (width is < 1 or > MaxSide || height is < 1 or > MaxSide)
        {
            throw new ArgumentException($"The frame is {width}x{height}; each side must be from 1 to {MaxSide}.", nameof(width));
        }

        if (rgb.Length != (long)width * height * 3)
        {
            throw new ArgumentException($"{width}x{height} RGB needs {(long)width * height * 3} bytes, not {rgb.Length}.", nameof(rgb));
        }

        return Run(MemoryMarshal.AsMemory(rgb), width, height);
    }

    /// <summary>
    /// Scores a built-in picture (64×48, red = 4·x, green = 5·y, blue = 128). Any correct runtime gives a figure close to
    /// <see cref="TrainedModel.ProbeScore"/>, so an edge can show that the model arrived and that its runtime computes it rightly.
    /// </summary>
    public double ScoreProbe() => ScoreProbeFrame().Score;

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    /// <summary>Whether a model has the inputs and outputs of this package's format.</summary>
    internal static bool IsScorer(InferenceSession session) => Outputs.All(session.OutputMetadata.ContainsKey) && Inputs.All(session.InputMetadata.ContainsKey);

    private static void ThrowIfOtherFormat(InferenceSession session)
    {
        string[] missing = [.. Outputs.Except(session.OutputMetadata.Keys), .. Inputs.Except(session.InputMetadata.Keys)];
        if (missing.Length > 0)
        {
            throw new ModelException($"The ONNX file is not a Guardian anomaly model: it lacks {string.Join(", ", missing)}.");
        }
    }

    private ModelScore ScoreProbeFrame()
    {
        byte[] rgb = new byte[ProbeWidth * ProbeHeight * 3];
        for (int i = 0; i < ProbeWidth * ProbeHeight; i++)
        {
            rgb[i * 3] = (byte)(i % ProbeWidth * 4);
            rgb[(i * 3) + 1] = (byte)(i / ProbeWidth * 5);
            rgb[(i * 3) + 2] = 128;
        }

        return Run(rgb, ProbeWidth, ProbeHeight);
    }

    private ModelScore Run(Memory<byte> rgb, int width, int height)
    {
        long started = TimeProvider.System.GetTimestamp();
        try
        {
            using OrtValue image = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, rgb, [height, width, 3]);
            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_run, Inputs, [image], Outputs);
            long[] shape = outputs[2].GetTensorTypeAndShape().Shape;
            float[,] map = new float[shape[0], shape[1]];
            outputs[2].GetTensorDataAsSpan<float>().CopyTo(MemoryMarshal.CreateSpan(ref map[0, 0], map.Length));
            GuardianModelsTelemetry.Scoring.Record(TimeProvider.System.GetElapsedTime(started).TotalSeconds);
            return new ModelScore
            {
                Score = outputs[0].GetTensorDataAsSpan<float>()[0],
                Threshold = outputs[1].GetTensorDataAsSpan<float>()[0],
                ErrorMap = map,
                Parts = outputs[3].GetTensorDataAsSpan<float>().ToArray(),
            };
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException($"ONNX Runtime could not score the frame: {e.Message}", isTransient: false, e);
        }
    }
}
