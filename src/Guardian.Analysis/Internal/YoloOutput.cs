namespace Guardian.Analysis;

/// <summary>Reads the model's output in whichever of the two layouts it has.</summary>
internal sealed class YoloOutput
{
    /// <summary>
    /// Suppression compares pairs, so a model that calls everything an object must not bring all of its tens of thousands of boxes.
    /// </summary>
    private const int MaxCandidates = 3000;

    private const int EndToEndValues = 6, BoxValues = 4;

    private readonly bool _endToEnd;
    private readonly IReadOnlyList<string> _names;
    private readonly OnnxYoloOptions _options;

    private YoloOutput(bool endToEnd, IReadOnlyList<string> names, OnnxYoloOptions options)
    {
        _endToEnd = endToEnd;
        _names = names;
        _options = options;
    }

    /// <summary>
    /// Tells the layout by the shape. [1, 6, 6] could be both; the number of names decides, and without names it is taken for two classes.
    /// </summary>
    /// <exception cref="AnalysisException">It is neither.</exception>
    public static YoloOutput For(long[] shape, IReadOnlyList<string> names, OnnxYoloOptions options)
    {
        string text = $"[{string.Join(", ", shape)}]";
        if (shape.Length != 3 || shape[0] != 1)
        {
            throw YoloGraph.Refused($"its output is {text}, [1, 4 + classes, N] or [1, N, 6] is needed");
        }

        bool raw = names.Count > 0 ? shape[1] == BoxValues + names.Count : shape[1] > BoxValues && (shape[2] != EndToEndValues || shape[1] == EndToEndValues);
        if (raw || shape[2] == EndToEndValues)
        {
            return new YoloOutput(!raw, names, options);
        }

        throw YoloGraph.Refused(names.Count > 0
            ? $"its output is {text}, but for its {names.Count} classes [1, {BoxValues + names.Count}, N] or [1, N, {EndToEndValues}] is needed"
            : $"its output is {text}, [1, 4 + classes, N] or [1, N, {EndToEndValues}] is needed");
    }

    public string NameOf(int number) => number < _names.Count ? _names[number] : ClassNames.Unnamed(number);

    /// <summary>The boxes, the most confident first.</summary>
    /// <exception cref="AnalysisException">The shape is another one than that of the first run.</exception>
    public List<YoloBox> Read(float[] values, long[] shape)
    {
        if (shape.Length != 3 || shape[0] != 1 || (_endToEnd ? shape[2] != EndToEndValues : shape[1] <= BoxValues))
        {
            throw YoloGraph.Refused($"its output changed to [{string.Join(", ", shape)}]");
        }

        List<YoloBox> boxes = _endToEnd ? ReadEndToEnd(values, (int)shape[1]) : ReadRaw(values, (int)shape[1], (int)shape[2]);
        boxes.Sort((a, b) => b.Confidence.CompareTo(a.Confidence));
        List<YoloBox> candidates = boxes.Count > MaxCandidates ? boxes[..MaxCandidates] : boxes;
        return _endToEnd ? candidates : Suppress(candidates);
    }

    private List<YoloBox> ReadEndToEnd(float[] values, int count)
    {
        var boxes = new List<YoloBox>();
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<float> v = values.AsSpan(i * EndToEndValues, EndToEndValues);
            if (v[5] is >= 0 and < int.MaxValue)
            {
                Add(boxes, new YoloBox((int)v[5], v[4], v[0], v[1], v[2], v[3]));
            }
        }

        return boxes;
    }

    private List<YoloBox> ReadRaw(float[] values, int rows, int count)
    {
        var boxes = new List<YoloBox>();
        for (int i = 0; i < count; i++)
        {
            int best = 0;
            float confidence = float.NegativeInfinity;
            for (int c = 0; c < rows - BoxValues; c++)
            {
                float value = values[((c + BoxValues) * count) + i];
                if (value > confidence)
                {
                    (best, confidence) = (c, value);
                }
            }

            double x = values[i], y = values[count + i], halfWidth = values[(2 * count) + i] / 2.0, halfHeight = values[(3 * count) + i] / 2.0;
            Add(boxes, new YoloBox(best, confidence, x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight));
        }

        return boxes;
    }

    private void Add(List<YoloBox> boxes, YoloBox box)
    {
        if (box.IsSound && box.Confidence >= _options.MinConfidence)
        {
            boxes.Add(box with { Confidence = Math.Min(1, box.Confidence) });
        }
    }

    private List<YoloBox> Suppress(List<YoloBox> candidates)
    {
        var kept = new List<YoloBox>();
        foreach (YoloBox box in candidates)
        {
            if (kept.Count < _options.MaxObjects && !kept.Exists(k => k.Class == box.Class && k.OverlapWith(box) > _options.MaxOverlap))
            {
                kept.Add(box);
            }
        }

        return kept;
    }
}
