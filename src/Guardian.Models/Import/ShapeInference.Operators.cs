namespace Guardian.Models.Import;

/// <summary>A rule for each operator (https://onnx.ai/onnx/operators/).</summary>
internal sealed partial class ShapeInference
{
    private static readonly HashSet<string> SameShape =
    [
        "Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Bernoulli", "BitwiseNot", "Ceil", "Celu", "Clip", "Cos", "Cosh", "CumSum", "DequantizeLinear", "Dropout", "Elu", "Erf", "Exp", "Floor", "Gelu",
        "GroupNormalization", "HardSigmoid", "HardSwish", "Hardmax", "InstanceNormalization", "IsInf", "IsNaN", "LRN", "LayerNormalization", "LeakyRelu", "Log", "LogSoftmax", "LpNormalization", "MeanVarianceNormalization", "Mish",
        "Neg", "Not", "QuantizeLinear", "Reciprocal", "Relu", "Round", "Selu", "Shrink", "Sigmoid", "Sign", "Sin", "Sinh", "Softmax", "Softplus", "Softsign", "Sqrt", "Swish", "Tan", "Tanh", "ThresholdedRelu", "Trilu",
        "BatchNormalization", "DynamicQuantizeLinear", "QLinearSigmoid", "QLinearLeakyRelu", "QuickGelu", "BiasGelu", "ScatterElements", "ScatterND", "CastLike", "Identity", "Cast",
    ];

    private static readonly HashSet<string> Elementwise =
        ["Add", "Sub", "Mul", "Div", "Pow", "Mod", "And", "Or", "Xor", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Max", "Min", "Mean", "Sum", "PRelu", "Where", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor"];

    private static readonly HashSet<string> Reductions =
        ["ReduceMax", "ReduceMin", "ReduceMean", "ReduceSum", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp"];

    private InferredValue[] Infer(OnnxNode node, InferredValue?[] inputs)
    {
        string op = node.Operator;
        if (Folding.TryFold(node, inputs) is { } folded)
        {
            return [folded];
        }

        if (SameShape.Contains(op))
        {
            return [new InferredValue(Need(node, inputs, 0).Shape)];
        }

        if (Elementwise.Contains(op))
        {
            return [new InferredValue(inputs.OfType<InferredValue>().Select(i => i.Shape).Aggregate(Array.Empty<long>(), Shapes.Broadcast))];
        }

        if (Reductions.Contains(op))
        {
            return [Reduce(node, inputs)];
        }

        return op switch
        {
            "QLinearAdd" or "QLinearMul" => [new InferredValue(Shapes.Broadcast(Need(node, inputs, 0).Shape, Need(node, inputs, 3).Shape))],
            "Constant" => [Constant(node)],
            "Shape" => [new InferredValue([Need(node, inputs, 0).Shape.Length])],
            "Size" => [new InferredValue([])],
            "Conv" or "FusedConv" => [Convolve(node, Need(node, inputs, 0), Need(node, inputs, 1))],
            "ConvInteger" => [Convolve(node, Need(node, inputs, 0), Need(node, inputs, 1))],
            "QLinearConv" => [Convolve(node, Need(node, inputs, 0), Need(node, inputs, 3))],
            "ConvTranspose" => [Deconvolve(node, Need(node, inputs, 0), Need(node, inputs, 1))],
            "MaxPool" or "AveragePool" or "LpPool" or "QLinearAveragePool" => [Pool(node, Need(node, inputs, 0))],
            "GlobalAveragePool" or "GlobalMaxPool" or "GlobalLpPool" or "QLinearGlobalAveragePool" => [new InferredValue([.. Need(node, inputs, 0).Shape.Select((d, i) => i < 2 ? d : 1)])],
            "MatMul" or "MatMulInteger" => [Multiply(node, Need(node, inputs, 0).Shape, Need(node, inputs, 1).Shape)],
            "QLinearMatMul" => [Multiply(node, Need(node, inputs, 0).Shape, Need(node, inputs, 3).Shape)],
            "Gemm" => [General(node, Need(node, inputs, 0).Shape, Need(node, inputs, 1).Shape)],
            "QGemm" => [General(node, Need(node, inputs, 0).Shape, Need(node, inputs, 3).Shape)],
            "Reshape" => [Reshape(node, inputs)],
            "Flatten" => [Flatten(node, Need(node, inputs, 0))],
            "Transpose" => [Transpose(node, Need(node, inputs, 0))],
            "Squeeze" => [Squeeze(node, inputs)],
            "Unsqueeze" => [Unsqueeze(node, inputs)],
            "Concat" => [Concat(node, [.. inputs.OfType<InferredValue>()])],
            "QLinearConcat" => [Concat(node, [.. inputs.Skip(2).Where((_, i) => i % 3 == 0).OfType<InferredValue>()])],
            "Split" => Split(node, inputs),
            "Slice" => [Slice(node, inputs)],
            "Gather" => [Gather(node, Need(node, inputs, 0), Need(node, inputs, 1))],
            "GatherElements" => [new InferredValue(Need(node, inputs, 1).Shape)],
            "GatherND" => [GatherMany(node, Need(node, inputs, 0).Shape, Need(node, inputs, 1).Shape)],
            "ConstantOfShape" => [new InferredValue([.. Known(node, inputs, 0).Select(v => Whole(node, v))])],
            "Expand" => [new InferredValue(Shapes.Broadcast(Need(node, inputs, 0).Shape, [.. Known(node, inputs, 1).Select(v => Whole(node, v))]))],
            "Tile" => [Tile(node, inputs)],
            "Range" => [Range(node, inputs)],
            "Resize" or "Upsample" => [Resize(node, inputs)],
            "Pad" => [Pad(node, inputs)],
            "OneHot" => [OneHot(node, inputs)],
            "TopK" => [Top(node, inputs)],
            "ArgMax" or "ArgMin" => [Argument(node, Need(node, inputs, 0))],
            "NonZero" => [NonZero(Need(node, inputs, 0).Shape)],
            "NonMaxSuppression" => [Suppress(node, inputs)],
            "DepthToSpace" => [Blocks(node, Need(node, inputs, 0), toSpace: true)],
            "SpaceToDepth" => [Blocks(node, Need(node, inputs, 0), toSpace: false)],
            "GridSample" => [Sample(node, Need(node, inputs, 0).Shape, Need(node, inputs, 1).Shape)],
            _ => throw Refused(node, "this operator is not taken"),
        };
    }

    private static InferredValue Constant(OnnxNode node)
    {
        if (node.Attributes.Count != 1)
        {
            throw Refused(node, "one value is needed");
        }

        OnnxAttributeValue value = node.Attributes.Values.First();
        return value.Name switch
        {
            "value" when value.Tensor is { } tensor => new InferredValue(tensor.Dimensions, tensor.Values),
            "value_int" => new InferredValue([], [value.Int]),
            "value_float" => new InferredValue([], [value.Float]),
            "value_ints" => new InferredValue([value.Ints.Length], [.. value.Ints.Select(i => (double)i)]),
            "value_floats" => new InferredValue([value.Floats.Length], value.Floats),
            _ => throw Refused(node, $"a value of this kind ({value.Name}) is not taken"),
        };
    }

    private static InferredValue Reduce(OnnxNode node, InferredValue?[] inputs)
    {
        long[] shape = Need(node, inputs, 0).Shape;
        long[]? axes = node.Ints("axes") ?? (inputs.Length > 1 && inputs[1] is not null ? [.. Known(node, inputs, 1).Select(v => Whole(node, v))] : null);
        if (axes is null or [])
        {
            axes = node.Int("noop_with_empty_axes", 0) != 0 ? [] : [.. Enumerable.Range(0, shape.Length).Select(i => (long)i)];
        }

        HashSet<int> gone = [.. axes.Select(a => Axis(node, a, shape.Length))];
        return new InferredValue(node.Int("keepdims", 1) != 0 ? [.. shape.Select((d, i) => gone.Contains(i) ? 1 : d)] : [.. shape.Where((_, i) => !gone.Contains(i))]);
    }

    private InferredValue Convolve(OnnxNode node, InferredValue x, InferredValue weights)
    {
        int rank = x.Shape.Length - 2;
        if (rank is < 1 or > 3 || weights.Shape.Length != x.Shape.Length)
        {
            throw Refused(node, $"an input of {x.Shape.Length} and weights of {weights.Shape.Length} dimensions do not fit");
        }

        long[] kernel = weights.Shape[2..];
        var result = new InferredValue([x.Shape[0], weights.Shape[0], .. Window(node, x.Shape[2..], kernel)]);
        Count(node, Shapes.Elements(result.Shape, ElementBytes, node.Title), weights.Shape[1] * kernel.Aggregate(1L, (a, b) => Math.Min(a * b, int.MaxValue)));
        return result;
    }

    private static InferredValue Pool(OnnxNode node, InferredValue x) => node.Ints("kernel_shape") is { } kernel && x.Shape.Length == kernel.Length + 2
        ? new InferredValue([x.Shape[0], x.Shape[1], .. Window(node, x.Shape[2..], kernel)])
        : throw Refused(node, "kernel_shape: one for each dimension of the picture is needed");

    /// <summary>Places at which a window fits, in each dimension.</summary>
    private static long[] Window(OnnxNode node, long[] sizes, long[] kernel)
    {
        long[] strides = Each(node, "strides", sizes.Length, 1, 1 << 16), dilations = Each(node, "dilations", sizes.Length, 1, 1 << 16), pads = Each(node, "pads", 2 * sizes.Length, 0, 1 << 20, least: 0);
        bool isSame = node.Text("auto_pad").StartsWith("SAME", StringComparison.Ordinal);
        long[] result = new long[sizes.Length];
        for (int i = 0; i < sizes.Length; i++)
        {
            long span = checked((dilations[i] * (Math.Clamp(kernel[i], 1, 1 << 20) - 1)) + 1), room = sizes[i] + pads[i] + pads[i + sizes.Length] - span;

            // One more than the floor, which is what a ceiling mode may give.
            result[i] = isSame ? (sizes[i] + strides[i] - 1) / strides[i] : Math.Max(0, room) / strides[i] + (node.Int("ceil_mode", 0) != 0 ? 2 : 1);
        }

        return result;
    }

    private static long[] Each(OnnxNode node, string name, int count, long otherwise, long most, long least = 1)
    {
        long[] values = node.Ints(name) is { Length: > 0 } given ? given : [.. Enumerable.Repeat(otherwise, count)];
        return values.Length == count && values.All(v => v >= least && v <= most) ? values : throw Refused(node, $"{name}: {count} numbers from {least} to {most} are needed");
    }

    private InferredValue Deconvolve(OnnxNode node, InferredValue x, InferredValue weights)
    {
        int rank = x.Shape.Length - 2;
        if (rank is < 1 or > 3 || weights.Shape.Length != x.Shape.Length)
        {
            throw Refused(node, $"an input of {x.Shape.Length} and weights of {weights.Shape.Length} dimensions do not fit");
        }

        long[] strides = Each(node, "strides", rank, 1, 1 << 10), dilations = Each(node, "dilations", rank, 1, 1 << 10), more = Each(node, "output_padding", rank, 0, 1 << 10, least: 0);
        long[] sizes = node.Ints("output_shape") is { } given && given.Length == rank
            ? given
            : [.. Enumerable.Range(0, rank).Select(i => (strides[i] * Math.Max(0, x.Shape[i + 2] - 1)) + more[i] + (dilations[i] * (Math.Clamp(weights.Shape[i + 2], 1, 1 << 20) - 1)) + 1)];
        long group = Math.Clamp(node.Int("group", 1), 1, 1 << 20);
        var result = new InferredValue([x.Shape[0], weights.Shape[1] * group, .. sizes]);
        Shapes.Elements(result.Shape, ElementBytes, node.Title);
        Count(node, Shapes.Elements(x.Shape, ElementBytes, node.Title), weights.Shape[1..].Aggregate(1L, (a, b) => Math.Min(a * Math.Max(1, b), int.MaxValue)));
        return result;
    }

    private InferredValue Multiply(OnnxNode node, long[] left, long[] right)
    {
        if (left.Length == 0 || right.Length == 0)
        {
            throw Refused(node, "a single number is no matrix");
        }

        long[] a = left.Length == 1 ? [1, left[0]] : left, b = right.Length == 1 ? [right[0], 1] : right;
        long[] shape = [.. Shapes.Broadcast(a[..^2], b[..^2]), a[^2], b[^1]];
        Count(node, Shapes.Elements(shape, ElementBytes, node.Title), a[^1]);
        return new InferredValue([.. shape[..^2], .. left.Length == 1 ? [] : new[] { a[^2] }, .. right.Length == 1 ? [] : new[] { b[^1] }]);
    }

    private InferredValue General(OnnxNode node, long[] left, long[] right)
    {
        if (left.Length != 2 || right.Length != 2)
        {
            throw Refused(node, "two matrices are needed");
        }

        (bool turnLeft, bool turnRight) = (node.Int("transA", 0) != 0, node.Int("transB", 0) != 0);
        long[] shape = [turnLeft ? left[1] : left[0], turnRight ? right[0] : right[1]];
        Count(node, Shapes.Elements(shape, ElementBytes, node.Title), turnLeft ? left[0] : left[1]);
        return new InferredValue(shape);
    }

    private static InferredValue Reshape(OnnxNode node, InferredValue?[] inputs)
    {
        InferredValue x = Need(node, inputs, 0);
        long elements = Shapes.Elements(x.Shape, ElementBytes, node.Title);
        long[] shape = [.. Known(node, inputs, 1).Select(v => Whole(node, v))];
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = shape[i] == 0 && node.Int("allowzero", 0) == 0 ? (i < x.Shape.Length ? x.Shape[i] : throw Refused(node, "it keeps a dimension that is not there")) : shape[i];
        }

        if (shape.Count(d => d == -1) > 1 || shape.Any(d => d < -1))
        {
            throw Refused(node, "its shape has more than one open dimension, or a negative one");
        }

        // An open dimension is at most what is left of an upper bound.
        long rest = Shapes.Elements([.. shape.Where(d => d != -1)], ElementBytes, node.Title);
        return new InferredValue([.. shape.Select(d => d == -1 ? elements / Math.Max(1, rest) : d)]);
    }

    private static InferredValue Flatten(OnnxNode node, InferredValue x)
    {
        long axis = node.Int("axis", 1);
        int at = axis == x.Shape.Length ? x.Shape.Length : Axis(node, axis, x.Shape.Length);
        return new InferredValue([Shapes.Elements(x.Shape[..at], ElementBytes, node.Title), Shapes.Elements(x.Shape[at..], ElementBytes, node.Title)]);
    }

    private static InferredValue Transpose(OnnxNode node, InferredValue x)
    {
        long[] order = node.Ints("perm") ?? [.. Enumerable.Range(0, x.Shape.Length).Reverse().Select(i => (long)i)];
        return order.Order().SequenceEqual(Enumerable.Range(0, x.Shape.Length).Select(i => (long)i)) ? new InferredValue([.. order.Select(i => x.Shape[i])]) : throw Refused(node, "perm: an order of the input's dimensions is needed");
    }

    private static InferredValue Squeeze(OnnxNode node, InferredValue?[] inputs)
    {
        long[] shape = Need(node, inputs, 0).Shape;
        long[]? axes = node.Ints("axes") ?? (inputs.Length > 1 ? [.. Known(node, inputs, 1).Select(v => Whole(node, v))] : null);
        HashSet<int>? gone = axes is null ? null : [.. axes.Select(a => Axis(node, a, shape.Length))];
        return new InferredValue([.. shape.Where((d, i) => gone is null ? d != 1 : !gone.Contains(i))]);
    }

    private static InferredValue Unsqueeze(OnnxNode node, InferredValue?[] inputs)
    {
        long[] shape = Need(node, inputs, 0).Shape, axes = node.Ints("axes") ?? [.. Known(node, inputs, 1).Select(v => Whole(node, v))];
        int rank = shape.Length + axes.Length;
        HashSet<int> added = rank <= OnnxLimits.Rank ? [.. axes.Select(a => Axis(node, a, rank))] : throw Refused(node, $"{rank} dimensions, at most {OnnxLimits.Rank} are taken");
        var rest = new Queue<long>(shape);
        return added.Count == axes.Length ? new InferredValue([.. Enumerable.Range(0, rank).Select(i => added.Contains(i) ? 1 : rest.Dequeue())]) : throw Refused(node, "axes: one is there twice");
    }

    private static InferredValue Concat(OnnxNode node, InferredValue[] inputs)
    {
        int rank = inputs.Length == 0 ? 0 : inputs[0].Shape.Length, axis = Axis(node, node.Int("axis", 1), rank);
        if (inputs.Any(i => i.Shape.Length != rank))
        {
            throw Refused(node, "its inputs differ in their dimensions");
        }

        return new InferredValue([.. Enumerable.Range(0, rank).Select(d => d == axis ? inputs.Sum(i => i.Shape[d]) : inputs.Max(i => i.Shape[d]))]);
    }

    private static InferredValue[] Split(OnnxNode node, InferredValue?[] inputs)
    {
        long[] shape = Need(node, inputs, 0).Shape;
        int axis = Axis(node, node.Int("axis", 0), shape.Length);
        long count = node.Outputs.Count;
        long[] parts = node.Ints("split") ?? (inputs.Length > 1 && inputs[1] is not null ? [.. Known(node, inputs, 1).Select(v => Whole(node, v))] : [.. Enumerable.Repeat((shape[axis] + count - 1) / count, (int)count)]);
        return parts.Length == count && parts.All(p => p >= 0 && p <= shape[axis])
            ? [.. parts.Select(p => new InferredValue([.. shape.Select((d, i) => i == axis ? p : d)]))]
            : throw Refused(node, "its parts are not those of its input");
    }

    /// <summary>A part is never larger than the whole, so what is cut out need not be known.</summary>
    private static InferredValue Slice(OnnxNode node, InferredValue?[] inputs)
    {
        long[] shape = [.. Need(node, inputs, 0).Shape];
        double[]? starts = Content(node, inputs, "starts", 1), ends = Content(node, inputs, "ends", 2), axes = Content(node, inputs, "axes", 3), steps = Content(node, inputs, "steps", 4);
        if (starts is null || ends is null || starts.Length != ends.Length)
        {
            return new InferredValue(shape);
        }

        for (int i = 0; i < starts.Length; i++)
        {
            int axis = Axis(node, axes is null ? i : axes.Length > i ? Whole(node, axes[i]) : -100, shape.Length);
            double size = shape[axis], step = steps is not null && steps.Length > i ? steps[i] : 1;
            if (step > 0)
            {
                double start = Math.Clamp(starts[i] < 0 ? starts[i] + size : starts[i], 0, size), end = Math.Clamp(ends[i] < 0 ? ends[i] + size : ends[i], 0, size);
                shape[axis] = (long)Math.Max(0, Math.Ceiling((end - start) / step));
            }
        }

        return new InferredValue(shape);
    }

    private static double[]? Content(OnnxNode node, InferredValue?[] inputs, string attribute, int index) =>
        node.Ints(attribute) is { } given ? [.. given.Select(v => (double)v)] : index < inputs.Length ? inputs[index]?.Content : null;

    private static InferredValue Gather(OnnxNode node, InferredValue data, InferredValue indices)
    {
        int axis = Axis(node, node.Int("axis", 0), data.Shape.Length);
        return new InferredValue([.. data.Shape[..axis], .. indices.Shape, .. data.Shape[(axis + 1)..]]);
    }

    private static InferredValue GatherMany(OnnxNode node, long[] data, long[] indices)
    {
        long batch = node.Int("batch_dims", 0), depth = indices.Length > 0 ? indices[^1] : 0;
        return batch >= 0 && depth >= 1 && batch + depth <= data.Length ? new InferredValue([.. indices[..^1], .. data[(int)(batch + depth)..]]) : throw Refused(node, "its indices do not fit its data");
    }

    private static InferredValue Tile(OnnxNode node, InferredValue?[] inputs)
    {
        long[] shape = Need(node, inputs, 0).Shape, repeats = [.. Known(node, inputs, 1).Select(v => Whole(node, v))];
        return repeats.Length == shape.Length && repeats.All(r => r >= 0 && r <= OnnxLimits.ValueBytes) ? new InferredValue([.. shape.Select((d, i) => d * repeats[i])]) : throw Refused(node, "repeats: one for each dimension is needed");
    }

    private static InferredValue Range(OnnxNode node, InferredValue?[] inputs)
    {
        double[] all = [.. Enumerable.Range(0, 3).Select(i => Known(node, inputs, i) is [double one] ? one : throw Refused(node, "three numbers are needed"))];
        double count = all[2] == 0 ? double.PositiveInfinity : Math.Max(0, Math.Ceiling((all[1] - all[0]) / all[2]));
        return count <= OnnxLimits.ValueBytes ? new InferredValue([(long)count]) : throw Refused(node, $"{count} elements are too many");
    }

    private static InferredValue Resize(OnnxNode node, InferredValue?[] inputs)
    {
        long[] shape = Need(node, inputs, 0).Shape;
        int[] axes = [.. (node.Ints("axes") ?? [.. Enumerable.Range(0, shape.Length).Select(i => (long)i)]).Select(a => Axis(node, a, shape.Length))];
        int scalesAt = node.Operator == "Upsample" || (inputs.Length == 2 && node.Operator == "Resize") ? 1 : 2;
        bool bySizes = inputs.Length > 3 && inputs[3] is { Shape: not [0] };
        double[] given = bySizes ? Known(node, inputs, 3) : node.Attributes.TryGetValue("scales", out OnnxAttributeValue? old) ? old.Floats : Known(node, inputs, scalesAt);
        if (given.Length != axes.Length || given.Any(g => !double.IsFinite(g) || g < 0 || g > OnnxLimits.ValueBytes))
        {
            throw Refused(node, "sizes or scales: one for each dimension is needed");
        }

        long[] result = [.. shape];
        for (int i = 0; i < axes.Length; i++)
        {
            result[axes[i]] = (long)(bySizes ? given[i] : Math.Ceiling(shape[axes[i]] * given[i]));
        }

        return new InferredValue(result);
    }

    private static InferredValue Pad(OnnxNode node, InferredValue?[] inputs)
    {
        long[] shape = [.. Need(node, inputs, 0).Shape], pads = node.Ints("pads") ?? [.. Known(node, inputs, 1).Select(v => Whole(node, v))];
        int[] axes = inputs.Length > 3 && inputs[3] is not null ? [.. Known(node, inputs, 3).Select(v => Axis(node, Whole(node, v), shape.Length))] : [.. Enumerable.Range(0, shape.Length)];
        if (pads.Length != 2 * axes.Length || pads.Any(p => Math.Abs(p) > OnnxLimits.ValueBytes))
        {
            throw Refused(node, "pads: two for each dimension are needed");
        }

        for (int i = 0; i < axes.Length; i++)
        {
            shape[axes[i]] = Math.Max(0, shape[axes[i]] + pads[i] + pads[i + axes.Length]);
        }

        return new InferredValue(shape);
    }

    private static InferredValue OneHot(OnnxNode node, InferredValue?[] inputs)
    {
        long[] indices = Need(node, inputs, 0).Shape;
        int axis = Axis(node, node.Int("axis", -1), indices.Length + 1);
        return Known(node, inputs, 1) is [double depth] ? new InferredValue([.. indices[..axis], Whole(node, depth), .. indices[axis..]]) : throw Refused(node, "depth: one number is needed");
    }

    private static InferredValue Top(OnnxNode node, InferredValue?[] inputs)
    {
        long[] shape = [.. Need(node, inputs, 0).Shape];
        int axis = Axis(node, node.Int("axis", -1), shape.Length);
        if (inputs.Length > 1 && inputs[1]?.Content is [double k])
        {
            shape[axis] = Math.Min(shape[axis], Math.Max(0, Whole(node, k)));
        }

        return new InferredValue(shape);
    }

    private static InferredValue Argument(OnnxNode node, InferredValue x)
    {
        int axis = Axis(node, node.Int("axis", 0), x.Shape.Length);
        return new InferredValue(node.Int("keepdims", 1) != 0 ? [.. x.Shape.Select((d, i) => i == axis ? 1 : d)] : [.. x.Shape.Where((_, i) => i != axis)]);
    }

    private static InferredValue NonZero(long[] shape) => new([Math.Max(1, shape.Length), Shapes.Elements(shape, ElementBytes, nameof(NonZero))]);

    private static InferredValue Suppress(OnnxNode node, InferredValue?[] inputs)
    {
        long[] scores = Need(node, inputs, 1).Shape;
        return scores.Length == 3 ? new InferredValue([Shapes.Elements(scores, ElementBytes, node.Title), 3]) : throw Refused(node, "scores of three dimensions are needed");
    }

    private static InferredValue Blocks(OnnxNode node, InferredValue x, bool toSpace)
    {
        long block = node.Int("blocksize", 0);
        if (x.Shape.Length != 4 || block is < 1 or > 1024)
        {
            throw Refused(node, "a picture and a blocksize from 1 to 1024 are needed");
        }

        long[] s = x.Shape;
        return new InferredValue(toSpace ? [s[0], s[1] / (block * block), s[2] * block, s[3] * block] : [s[0], s[1] * block * block, s[2] / block, s[3] / block]);
    }

    private static InferredValue Sample(OnnxNode node, long[] x, long[] grid) =>
        x.Length == grid.Length && x.Length >= 3 ? new InferredValue([x[0], x[1], .. grid[1..^1]]) : throw Refused(node, "a grid with the picture's dimensions is needed");
}
