using Guardian.Models.Inference;
using Guardian.Models.Training.Graph;
using Microsoft.ML.OnnxRuntime;

namespace Guardian.Models.Training;

/// <summary>Measures how well frames are reconstructed, with the parameters a <see cref="TrainingSession"/> has at that moment.</summary>
internal sealed class Evaluator : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly AutoencoderShape _shape;
    private readonly string[] _parameterNames;
    private readonly float[] _images;

    public Evaluator(AutoencoderShape shape, Background background, int threads)
    {
        _shape = shape;
        _session = OnnxSessions.Open(EvaluationGraph.Build(shape, background), threads, spin: true);
        _parameterNames = [.. ParameterLayout.Of(shape).Select(p => p.Name)];
        _images = new float[shape.Batch * shape.PixelsPerImage];
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    /// <summary>Mean squared error over all frames, and every frame's patch errors, row-major.</summary>
    public (double Error, float[][] PatchErrors) Measure(FrameSet frames, IReadOnlyDictionary<string, OrtValue> parameters)
    {
        double sum = 0;
        float[][] patchErrors = new float[frames.Count][];
        string[] names = [TrainingGraph.Images, .. _parameterNames];
        int pixels = (int)_shape.PixelsPerImage;
        int patches = _shape.Places;
        using OrtValue images = OrtValue.CreateTensorValueFromMemory(_images, [_shape.Batch, _shape.Channels[0], _shape.Height, _shape.Width]);
        OrtValue[] values = [images, .. _parameterNames.Select(n => parameters[n])];
        for (int first = 0; first < frames.Count; first += _shape.Batch)
        {
            // The last batch keeps older pictures in its unused places; their results are not looked at.
            int count = Math.Min(_shape.Batch, frames.Count - first);
            for (int i = 0; i < count; i++)
            {
                frames.CopyTo(first + i, _images.AsSpan(i * pixels, pixels));
            }

            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_run, names, values, [EvaluationGraph.Error, EvaluationGraph.PatchErrors]);
            ReadOnlySpan<float> errors = outputs[0].GetTensorDataAsSpan<float>(), maps = outputs[1].GetTensorDataAsSpan<float>();
            for (int i = 0; i < count; i++)
            {
                sum += errors[i];
                patchErrors[first + i] = maps.Slice(i * patches, patches).ToArray();
            }
        }

        return (sum / frames.Count, patchErrors);
    }
}
