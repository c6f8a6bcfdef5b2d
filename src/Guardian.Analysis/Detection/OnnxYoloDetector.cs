using Microsoft.ML.OnnxRuntime;

namespace Guardian.Analysis;

/// <summary>
/// Detects with a YOLO model (v8, v11 and what has their layout) in ONNX. In order: 1. the frame is letterboxed into the input, float
/// [1, 3, height, width], RGB from 0 to 1, grey 114 around it; 2. the model runs; 3. its output is read in whichever of two layouts it has:
/// float [1, 4 + classes, N] with centre x, centre y, width, height and a confidence per class, or float [1, N, 6] with left, top, right,
/// bottom, confidence, class (end-to-end); 4. the first layout is thinned by non-maximum suppression per class; 5. boxes are mapped back to
/// the frame and cut to it. Thread-safe; <see cref="OnnxYoloOptions.MaxConcurrency"/> bounds the inferences at one time. A model file is a
/// program: check where it comes from.
/// </summary>
public sealed class OnnxYoloDetector : IObjectDetector, IDisposable
{
    private readonly OnnxYoloOptions _options;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly YoloGraph _graph;
    private readonly YoloOutput _output;
    private readonly SemaphoreSlim _slots;

    /// <summary>Loads a model and runs it once on an empty frame, so that one that does not fit is refused here.</summary>
    /// <param name="onnx">The ONNX file.</param>
    /// <param name="options">How to run it; null is the defaults.</param>
    /// <exception cref="ArgumentException">An option is outside its bounds.</exception>
    /// <exception cref="AnalysisException">Too large, not an ONNX model, not the layout of a YOLO model, or ONNX Runtime's library is
    /// missing; the message says which.</exception>
    public OnnxYoloDetector(ReadOnlyMemory<byte> onnx, OnnxYoloOptions? options = null)
    {
        _options = Checked(options);
        if (onnx.Length > _options.MaxModelBytes)
        {
            throw TooLarge(onnx.Length, _options);
        }

        _session = YoloSession.Open(onnx.ToArray(), _options.Threads);
        _slots = new SemaphoreSlim(_options.MaxConcurrency);
        try
        {
            _graph = YoloGraph.Read(_session, _options);
            (float[] _, long[] shape) = Run(new float[3 * _graph.Height * _graph.Width]);
            _output = YoloOutput.For(shape, _graph.Names, _options);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Loads a model from a file; otherwise as the constructor.</summary>
    /// <exception cref="ArgumentException">An option is outside its bounds.</exception>
    /// <exception cref="AnalysisException">The file cannot be read, or its model is refused.</exception>
    public static OnnxYoloDetector FromFile(string path, OnnxYoloOptions? options = null)
    {
        options = Checked(options);
        try
        {
            long length = new FileInfo(path).Length;
            return length > options.MaxModelBytes ? throw TooLarge(length, options) : new OnnxYoloDetector(File.ReadAllBytes(path), options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AnalysisException($"path: the model cannot be read: {e.Message}", isTransient: false, e);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DetectedObject>> DetectAsync(AnalysisFrame frame, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(frame);
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Detect(frame.Image), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>Frees the model; detections that run must have ended.</summary>
    public void Dispose()
    {
        _slots.Dispose();
        _run.Dispose();
        _session.Dispose();
    }

    private IReadOnlyList<DetectedObject> Detect(FrameImage image)
    {
        var letterbox = Letterbox.For(image.Width, image.Height, _graph.Width, _graph.Height);
        float[] input = new float[3 * _graph.Height * _graph.Width];
        letterbox.Fill(image, input);
        (float[] values, long[] shape) = Run(input);
        return [.. _output.Read(values, shape).Select(c => ToObject(c, letterbox, image)).Where(o => o is { Width: > 0, Height: > 0 }).Take(_options.MaxObjects)];
    }

    private DetectedObject ToObject(YoloBox box, Letterbox letterbox, FrameImage image)
    {
        double left = Math.Clamp(letterbox.ToFrameX(box.Left), 0, image.Width), right = Math.Clamp(letterbox.ToFrameX(box.Right), 0, image.Width);
        double top = Math.Clamp(letterbox.ToFrameY(box.Top), 0, image.Height), bottom = Math.Clamp(letterbox.ToFrameY(box.Bottom), 0, image.Height);
        return new DetectedObject(_output.NameOf(box.Class), box.Confidence, left, top, right - left, bottom - top);
    }

    private (float[] Values, long[] Shape) Run(float[] input)
    {
        try
        {
            using OrtValue tensor = OrtValue.CreateTensorValueFromMemory(input, [1, 3, _graph.Height, _graph.Width]);
            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_run, [_graph.Input], [tensor], [_graph.Output]);
            return (outputs[0].GetTensorDataAsSpan<float>().ToArray(), outputs[0].GetTensorTypeAndShape().Shape);
        }
        catch (OnnxRuntimeException e)
        {
            throw new AnalysisException($"model: ONNX Runtime could not run it: {e.Message}", isTransient: false, e);
        }
    }

    private static OnnxYoloOptions Checked(OnnxYoloOptions? options)
    {
        options ??= new OnnxYoloOptions();
        return options.Validate() is { Count: > 0 } errors ? throw new ArgumentException(string.Join("; ", errors), nameof(options)) : options;
    }

    private static AnalysisException TooLarge(long length, OnnxYoloOptions options) =>
        new($"model: it has {length} bytes; the limit {OnnxYoloOptions.Section}:{nameof(options.MaxModelBytes)} is {options.MaxModelBytes}");
}
