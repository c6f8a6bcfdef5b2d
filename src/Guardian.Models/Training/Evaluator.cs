using Guardian.Models.Inference;
using Guardian.Models.Training.Graph;
using Microsoft.ML.OnnxRuntime;

namespace Guardian.Models.Training;

/// <summary>Measures how well frames are reconstructed, with the parameters a <see cref="TrainingSession"/> has at that moment.</summary>
internal sealed class Evaluator : IDisposable
{
    /// <summary>Pictures at a time: no faster with more, and its memory stays reserved beside that of the training.</summary>
    private const int Batch = 4;

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly AutoencoderShape _shape;
    private readonly string[] _parameterNames;
    private readonly float[] _images;

    public Evaluator(AutoencoderShape shape, Background background, int threads)
    {
        _shape = shape = shape with { Batch = Batch };
        _session = OnnxSessions.Open(EvaluationGraph.Build(shape, background), threads, spin: true);
        _parameterNames = [.. ParameterLayout.Of(shape).Select(p => p.Name)];
        _images = new float[shape.Batch * shape.PixelsPerImage];
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    /// <summary>Mean squared error over all frames.</summary>
    public double MeanError(FrameSet frames, IReadOnlyDictionary<string, OrtValue> parameters)
    {
        double sum = 0;
        Run(frames, parameters, EvaluationGraph.Error, (_, error) => sum += error[0]);
        return sum / frames.Count;
    }

    /// <summary>The reconstruction errors of every frame's places, row-major.</summary>
    public float[][] PlaceErrors(FrameSet frames, IReadOnlyDictionary<string, float[]> parameters)
    {
        float[][] errors = new float[frames.Count][];
        Dictionary<string, OrtValue> values =
            ParameterLayout.Of(_shape).ToDictionary(p => p.Name, p => OrtValue.CreateTensorValueFromMemory(parameters[p.Name], p.Dimensions));
        try
        {
            Run(frames, values, EvaluationGraph.PlaceErrors, (frame, map) => errors[frame] = map.ToArray());
        }
        finally
        {
            foreach (OrtValue value in values.Values)
            {
                value.Dispose();
            }
        }

        return errors;
    }

    private void Run(FrameSet frames, IReadOnlyDictionary<string, OrtValue> parameters, string output, Receive receive)
    {
        string[] names = [TrainingGraph.Images, .. _parameterNames];
        int pixels = (int)_shape.PixelsPerImage;
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

            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_run, names, values, [output]);
            ReadOnlySpan<float> results = outputs[0].GetTensorDataAsSpan<float>();
            int length = results.Length / _shape.Batch;
            for (int i = 0; i < count; i++)
            {
                receive(first + i, results.Slice(i * length, length));
            }
        }
    }

    private delegate void Receive(int frame, ReadOnlySpan<float> results);
}
