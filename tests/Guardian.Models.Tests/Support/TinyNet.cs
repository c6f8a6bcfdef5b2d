using Guardian.Models.Inference;
using Guardian.Models.Onnx;
using Guardian.Models.Training;
using Guardian.Models.Training.Graph;
using Microsoft.ML.OnnxRuntime;

namespace Guardian.Models.Tests.Support;

/// <summary>An autoencoder of some hundred weights on two random pictures of 16×16 or other height, whose loss can be computed in double precision.</summary>
internal sealed class TinyNet : IDisposable
{
    private readonly InferenceSession _forward;
    private readonly RunOptions _run = new();

    public TinyNet(int seed, int height = 16)
    {
        Shape = new(2, 16, height, 5, [3, 2, 3, 4, 4]);
        var random = new Random(seed);
        Images = [.. Enumerable.Range(0, (int)(Shape.Batch * Shape.PixelsPerImage)).Select(_ => random.NextSingle())];
        float[] mean = [.. Enumerable.Range(0, (int)Shape.PixelsPerImage).Select(_ => 0.3f + (0.4f * random.NextSingle()))];
        Background = new Background(mean, 1.5f);
        Parameters = ParameterLayout.Draw(Shape, seed);
        foreach ((string name, float[] bias) in Parameters.Where(p => p.Key.EndsWith("bias", StringComparison.Ordinal)))
        {
            // Away from the kinks of the ReLUs, where a finite difference says nothing.
            Array.ForEach(Enumerable.Range(0, bias.Length).ToArray(), i => bias[i] = (random.NextSingle() * 0.4f) - 0.1f);
        }

        var g = new GraphBuilder("tiny");
        GraphValue images = g.Input("images", Shape.Batch, 3, Shape.Height, Shape.Width);
        var forward = new ForwardPass(g, Shape, TrainingGraph.Inputs(g, ParameterLayout.Of(Shape)), images, Background);
        g.Output("reconstruction", forward.Reconstruction, Shape.Batch, 3, Shape.Height, Shape.Width);
        _forward = OnnxSessions.Open(g.Build(), 1, spin: false);
    }

    public AutoencoderShape Shape { get; }

    public float[] Images { get; }

    public Background Background { get; }

    public Dictionary<string, float[]> Parameters { get; }

    public double Loss()
    {
        using OrtValue images = OrtValue.CreateTensorValueFromMemory(Images, [Shape.Batch, 3, Shape.Height, Shape.Width]);
        IReadOnlyList<ParameterSpec> specs = ParameterLayout.Of(Shape);
        OrtValue[] values = [images, .. specs.Select(s => OrtValue.CreateTensorValueFromMemory(Parameters[s.Name], s.Dimensions))];
        using IDisposableReadOnlyCollection<OrtValue> outputs =
            _forward.Run(_run, ["images", .. specs.Select(s => s.Name)], values, ["reconstruction"]);
        ReadOnlySpan<float> reconstruction = outputs[0].GetTensorDataAsSpan<float>();
        double sum = 0;
        for (int i = 0; i < Images.Length; i++)
        {
            double difference = (double)reconstruction[i] - Images[i];
            sum += difference * difference;
        }

        Array.ForEach(values[1..], v => v.Dispose());
        return sum / Images.Length;
    }

    public TrainingSession StartTraining(int threads = 1)
    {
        var session = new TrainingSession(Shape, Background, Parameters, threads);
        Images.CopyTo(session.Images);
        return session;
    }

    public void Dispose()
    {
        _run.Dispose();
        _forward.Dispose();
    }
}
