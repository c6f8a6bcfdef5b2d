using System.Numerics.Tensors;
using Guardian.Models.Inference;
using Guardian.Models.Internal;
using Guardian.Models.Training.Graph;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Guardian.Models.Training;

/// <summary>Runs training steps: keeps parameters and moments between them.</summary>
/// <remarks>
/// Data-parallel: the batch is cut into as many equal lanes as there are threads for (at most <see cref="MaxLanes"/>), and each thread computes the gradients of its lane by itself. Threads that share one
/// batch wait for each other at the end of every operator. Where the batch cannot be cut evenly they share it all the same. Not thread-safe.
/// </remarks>
internal sealed class TrainingSession : IDisposable
{
    /// <summary>Values that one thread updates in one go; small enough to stay in its cache from the sum of the lanes' gradients to the end of the update.</summary>
    private const int Portion = 1 << 13;

    /// <summary>Each lane holds gradients of its own (13 MB at the default sizes), and lanes of very few pictures are slow.</summary>
    private const int MaxLanes = 4;

    private readonly TrainingGraph _graph;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly List<OrtValue> _owned = [];
    private readonly Dictionary<string, OrtValue> _state = [];
    private readonly Lane[] _lanes;
    private readonly (string Name, int Start, int Length)[] _portions;
    private readonly float[] _images;

    public TrainingSession(AutoencoderShape shape, Background background, IReadOnlyDictionary<string, float[]> initial, int threads)
    {
        int lanes = Lanes(shape.Batch, threads);
        _graph = new TrainingGraph(shape with { Batch = shape.Batch / lanes }, background);

        // Every lane has its caller's thread; what is left helps whichever lane has work to share.
        _session = OnnxSessions.Open(_graph.Model, threads - lanes + 1, spin: true);
        foreach (ParameterSpec spec in _graph.Parameters)
        {
            foreach (string name in new[] { spec.Name, Adam.FirstMoment(spec.Name), Adam.SecondMoment(spec.Name) })
            {
                _state[name] = Allocate(spec.Dimensions);
            }

            initial[spec.Name].CopyTo(_state[spec.Name].GetTensorMutableDataAsSpan<float>());
        }

        _images = new float[shape.Batch * shape.PixelsPerImage];
        _lanes = [.. Enumerable.Range(0, lanes).Select(Open)];
        _portions = [.. _graph.Parameters.SelectMany(p => Enumerable.Range(0, (int)((p.Length + Portion - 1) / Portion))
            .Select(i => (p.Name, i * Portion, (int)Math.Min(Portion, p.Length - ((long)i * Portion)))))];
    }

    /// <summary>The next step's pictures, [batch, 3, height, width] in 0 to 1, to be written before <see cref="Step"/>.</summary>
    public Span<float> Images => _images;

    /// <summary>Parameters and moments after the last step, by the names of <see cref="ParameterSpec"/> and <see cref="Adam"/>.</summary>
    public IReadOnlyDictionary<string, OrtValue> State => _state;

    /// <summary>Steps done.</summary>
    public int Steps { get; private set; }

    /// <summary>The factor 2/N of the mean squared error's derivative, which the first moments and the roots of the second ones lack.</summary>
    public double GradientScale => _graph.GradientScale / _lanes.Length;

    /// <summary>Goes on as after so many steps; what <see cref="State"/> then holds is to be overwritten.</summary>
    public void Continue(int steps) => Steps = steps;

    /// <summary>Runs one step and returns the loss before it.</summary>
    public float Step(double learningRate)
    {
        QuietLoop.For(0, _lanes.Length, lane => _session.RunWithBinding(_run, _lanes[lane].Binding));
        Steps++;
        (float step, float damping) = Adam.Scalars(Steps, learningRate, GradientScale);
        QuietLoop.For(0, _portions.Length, i => Update(_portions[i], step, damping));
        return _lanes.Average(l => l.Loss.GetTensorDataAsSpan<float>()[0]);
    }

    /// <summary>Copies the parameters.</summary>
    public void CopyParametersTo(Dictionary<string, float[]> target)
    {
        foreach (ParameterSpec spec in _graph.Parameters)
        {
            _state[spec.Name].GetTensorDataAsSpan<float>().CopyTo(target[spec.Name]);
        }
    }

    public void Dispose()
    {
        Array.ForEach(_lanes, l => l.Binding.Dispose());
        _run.Dispose();
        _session.Dispose();
        _owned.ForEach(v => v.Dispose());
    }

    /// <summary>As many lanes as there are threads for, if those are of equal size.</summary>
    private static int Lanes(int batch, int threads)
    {
        int lanes = Math.Min(MaxLanes, Math.Clamp(threads, 1, batch));
        while (batch % lanes != 0)
        {
            lanes--;
        }

        return lanes;
    }

    private void Update((string Name, int Start, int Length) portion, float step, float damping)
    {
        (string name, int start, int length) = portion;
        Span<float> gradients = _lanes[0].Gradients[name].GetTensorMutableDataAsSpan<float>().Slice(start, length);
        foreach (Lane other in _lanes.AsSpan(1))
        {
            TensorPrimitives.Add(gradients, other.Gradients[name].GetTensorDataAsSpan<float>().Slice(start, length), gradients);
        }

        Span<float> Part(string of) => _state[of].GetTensorMutableDataAsSpan<float>().Slice(start, length);
        Adam.Apply(Part(name), Part(Adam.FirstMoment(name)), Part(Adam.SecondMoment(name)), gradients, step, damping);
    }

    private Lane Open(int number)
    {
        AutoencoderShape shape = _graph.Shape;
        int values = (int)(shape.Batch * shape.PixelsPerImage);
        OrtValue images = OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance, _images.AsMemory(number * values, values), [shape.Batch, shape.Channels[0], shape.Height, shape.Width]);
        _owned.Add(images);
        OrtIoBinding binding = _session.CreateIoBinding();
        binding.BindInput(TrainingGraph.Images, images);
        OrtValue loss = Allocate();
        binding.BindOutput(TrainingGraph.Loss, loss);
        var gradients = new Dictionary<string, OrtValue>();
        foreach (ParameterSpec spec in _graph.Parameters)
        {
            binding.BindInput(spec.Name, _state[spec.Name]);
            binding.BindOutput(TrainingGraph.Gradient(spec.Name), gradients[spec.Name] = Allocate(spec.Dimensions));
        }

        return new Lane(binding, loss, gradients);
    }

    private OrtValue Allocate(params long[] shape)
    {
        OrtValue value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, shape);
        value.GetTensorMutableDataAsSpan<float>().Clear();
        _owned.Add(value);
        return value;
    }

    /// <summary>One thread's share of a step.</summary>
    private sealed record Lane(OrtIoBinding Binding, OrtValue Loss, IReadOnlyDictionary<string, OrtValue> Gradients);
}
