using Microsoft.ML.OnnxRuntime;

namespace Guardian.Analysis;

/// <summary>What a model says about itself: its input, its output and the names of its classes.</summary>
internal sealed record YoloGraph(string Input, string Output, int Width, int Height, IReadOnlyList<string> Names)
{
    private const int MinSide = 32, MaxSide = 2048;

    /// <exception cref="AnalysisException">It is not laid out like a YOLO model.</exception>
    public static YoloGraph Read(InferenceSession session, OnnxYoloOptions options)
    {
        if (session.InputMetadata.Count != 1)
        {
            throw Refused($"it has {session.InputMetadata.Count} inputs, one is needed");
        }

        (string input, NodeMetadata metadata) = session.InputMetadata.Single();
        int[] shape = metadata.IsTensor ? metadata.Dimensions : [];
        if (!metadata.IsTensor || metadata.ElementType != typeof(float))
        {
            throw Refused($"its input '{input}' is not a tensor of 32-bit floats");
        }

        if (shape.Length != 4 || shape[0] is not (1 or < 0) || shape[1] is not (3 or < 0))
        {
            throw Refused($"its input '{input}' is [{string.Join(", ", shape)}], [1, 3, height, width] is needed");
        }

        int height = shape[2] < 0 ? options.InputSize : shape[2], width = shape[3] < 0 ? options.InputSize : shape[3];
        if (height is < MinSide or > MaxSide || width is < MinSide or > MaxSide)
        {
            throw Refused($"its input is {width}x{height} pixels, {MinSide} to {MaxSide} a side are taken");
        }

        // Segmentation and pose models have further outputs; detection is the first.
        (string output, NodeMetadata result) = session.OutputMetadata.First();
        if (!result.IsTensor || result.ElementType != typeof(float))
        {
            throw Refused($"its output '{output}' is not a tensor of 32-bit floats");
        }

        IReadOnlyDictionary<string, string> custom = session.ModelMetadata.CustomMetadataMap;
        IReadOnlyList<string> names = options.ClassNames.Count > 0 ? options.ClassNames : ClassNames.Parse(custom.GetValueOrDefault("names"));
        return new YoloGraph(input, output, width, height, names);
    }

    public static AnalysisException Refused(string why) => new($"model: this is not a YOLO detection model: {why}");
}
