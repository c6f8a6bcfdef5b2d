using Guardian.Models.Inference;
using Guardian.Models.Training.Graph;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Guardian.Models.Training;

/// <summary>Runs training steps: keeps parameters and moments between them and feeds them back.</summary>
/// <remarks>
/// Two sets of parameters and moments exist. Each step reads one and writes the other through one of two bindings, so nothing is copied between steps.
/// Not thread-safe.
/// </remarks>
internal sealed class TrainingSession : IDisposable
{
    private readonly TrainingGraph _graph;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly List<OrtValue> _owned = [];
    private readonly Dictionary<string, OrtValue>[] _state = [[], []];
    private readonly OrtIoBinding[] _bindings = new OrtIoBinding[2];
    private readonly OrtValue _images;
    private readonly OrtValue _loss;
    private readonly OrtValue _stepSize;
    private readonly OrtValue _damping;
    private int _steps;

    public TrainingSession(TrainingGraph graph, IReadOnlyDictionary<string, float[]> initial, int threads)
    {
        _graph = graph;
        _session = OnnxSessions.Open(graph.Model, threads, spin: true);
        AutoencoderShape shape = graph.Shape;
        _images = Allocate(shape.Batch, shape.Channels[0], shape.Height, shape.Width);
        _loss = Allocate();
        _stepSize = Allocate(1);
        _damping = Allocate(1);
        foreach (ParameterSpec spec in graph.Parameters)
        {
            foreach (Dictionary<string, OrtValue> side in _state)
            {
                side[spec.Name] = Allocate(spec.Dimensions);
                side[AdamUpdate.FirstMoment(spec.Name)] = Allocate(spec.Dimensions);
                side[AdamUpdate.SecondMoment(spec.Name)] = Allocate(spec.Dimensions);
            }

            initial[spec.Name].CopyTo(_state[0][spec.Name].GetTensorMutableDataAsSpan<float>());
        }

        for (int side = 0; side < 2; side++)
        {
            _bindings[side] = Bind(_state[side], _state[1 - side]);
        }
    }

    /// <summary>The next step's pictures, [batch, 3, height, width] in 0 to 1, to be written before <see cref="Step"/>.</summary>
    public Span<float> Images => _images.GetTensorMutableDataAsSpan<float>();

    /// <summary>Parameters and moments after the last step, by the names of the graph's inputs.</summary>
    public IReadOnlyDictionary<string, OrtValue> State => _state[_steps & 1];

    /// <summary>Steps done.</summary>
    public int Steps => _steps;

    /// <summary>Goes on as after so many steps; what <see cref="State"/> then holds is to be overwritten.</summary>
    public void Continue(int steps) => _steps = steps;

    /// <summary>Runs one step and returns the loss before it.</summary>
    public float Step(double learningRate)
    {
        (float step, float damping) = AdamUpdate.Scalars(_steps + 1, learningRate, _graph.GradientScale);
        _stepSize.GetTensorMutableDataAsSpan<float>()[0] = step;
        _damping.GetTensorMutableDataAsSpan<float>()[0] = damping;
        _session.RunWithBinding(_run, _bindings[_steps & 1]);
        _steps++;
        return _loss.GetTensorDataAsSpan<float>()[0];
    }

    /// <summary>Copies the parameters.</summary>
    public void CopyParametersTo(Dictionary<string, float[]> target)
    {
        foreach (ParameterSpec spec in _graph.Parameters)
        {
            State[spec.Name].GetTensorDataAsSpan<float>().CopyTo(target[spec.Name]);
        }
    }

    public void Dispose()
    {
        foreach (OrtIoBinding binding in _bindings)
        {
            binding.Dispose();
        }

        _run.Dispose();
        _session.Dispose();
        _owned.ForEach(v => v.Dispose());
    }

    private OrtIoBinding Bind(Dictionary<string, OrtValue> from, Dictionary<string, OrtValue> to)
    {
        OrtIoBinding binding = _session.CreateIoBinding();
        binding.BindInput(TrainingGraph.Images, _images);
        binding.BindInput(AdamUpdate.StepSize, _stepSize);
        binding.BindInput(AdamUpdate.Damping, _damping);
        binding.BindOutput(TrainingGraph.Loss, _loss);
        foreach (string name in from.Keys)
        {
            binding.BindInput(name, from[name]);
            binding.BindOutput(AdamUpdate.Next(name), to[name]);
        }

        return binding;
    }

    private OrtValue Allocate(params long[] shape)
    {
        OrtValue value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, shape);
        value.GetTensorMutableDataAsSpan<float>().Clear();
        _owned.Add(value);
        return value;
    }
}
