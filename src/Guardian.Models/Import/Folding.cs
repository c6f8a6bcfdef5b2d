namespace Guardian.Models.Import;

/// <summary>
/// Computes the short lists of numbers from which exporters make the sizes of what follows (Shape → Gather → Mul → Concat → Reshape). Numbers are kept as doubles, which hold every size there can be; a result that is not
/// sure is left unknown.
/// </summary>
internal static class Folding
{
    /// <returns>Null when the node's content cannot be known before it runs.</returns>
    public static InferredValue? TryFold(OnnxNode node, InferredValue?[] inputs)
    {
        if (node.Domain.Length > 0)
        {
            return null;
        }

        if (node.Operator is "Shape" or "Size" && inputs is [{ } x])
        {
            return Measure(node, x);
        }

        if (inputs.Length == 0 || inputs[0]?.Content is not { } first || !inputs[0]!.IsScalarOrList)
        {
            return null;
        }

        InferredValue value = inputs[0]!;
        return node.Operator switch
        {
            "Identity" => value,
            "Cast" => node.Int("to", 1) is 2 or 3 or 4 or 5 or 6 or 7 or 12 or 13 ? value with { Content = [.. first.Select(Math.Truncate)] } : value,
            "Floor" => value with { Content = [.. first.Select(Math.Floor)] },
            "Ceil" => value with { Content = [.. first.Select(Math.Ceiling)] },
            "Sqrt" => value with { Content = [.. first.Select(Math.Sqrt)] },
            "Neg" => value with { Content = [.. first.Select(v => -v)] },
            "Squeeze" when first.Length == 1 => new InferredValue([], first),
            "Unsqueeze" when value.Shape.Length == 0 => new InferredValue([1], first),
            "Reshape" when first.Length == 1 && inputs.Length > 1 && inputs[1]?.Content is { Length: <= 1 } shape => new InferredValue([.. shape.Select(_ => 1L)], first),
            "Add" => Pairwise(inputs, (a, b) => a + b),
            "Sub" => Pairwise(inputs, (a, b) => a - b),
            "Mul" => Pairwise(inputs, (a, b) => a * b),
            "Equal" => Pairwise(inputs, (a, b) => a == b ? 1 : 0),
            "Max" when inputs.Length == 2 => Pairwise(inputs, Math.Max),
            "Min" when inputs.Length == 2 => Pairwise(inputs, Math.Min),
            "Concat" => Join(inputs),
            "Gather" when value.Shape.Length == 1 && inputs.Length > 1 && inputs[1] is { Content: { } at, IsScalarOrList: true } indices => Pick(first, at, indices.Shape),
            "Slice" => Part(node, inputs, first),
            "ReduceProd" when value.Shape.Length == 1 && inputs.Length == 1 => new InferredValue(node.Int("keepdims", 1) != 0 ? [1] : [], [first.Aggregate(1.0, (a, b) => a * b)]),
            "Where" when inputs is [_, { Content: { } yes }, { Content: { } no }] => Choose(value, first, yes, no),
            "ConstantOfShape" when first is [>= 0 and <= 64] => Fill(node, (long)first[0]),

            // Whole numbers and others divide differently, and the type is not followed: only what is the same in both.
            "Div" => Pairwise(inputs, (a, b) => b != 0 && Math.Floor(a / b) == a / b ? a / b : double.NaN) is { } quotient && !quotient.Content!.Any(double.IsNaN) ? quotient : null,
            _ => null,
        };
    }

    private static InferredValue Measure(OnnxNode node, InferredValue x)
    {
        if (node.Operator == "Size")
        {
            return new InferredValue([], [Shapes.Elements(x.Shape, 8, node.Title)]);
        }

        int rank = x.Shape.Length;
        int Bounded(long at) => (int)Math.Clamp(at < 0 ? at + rank : at, 0, rank);
        (int start, int end) = (Bounded(node.Int("start", 0)), Bounded(node.Int("end", rank)));
        double[] part = [.. x.Shape[start..Math.Max(start, end)].Select(d => (double)d)];
        return new InferredValue([part.Length], part);
    }

    private static InferredValue? Pairwise(InferredValue?[] inputs, Func<double, double, double> operation)
    {
        if (inputs is not [{ Content: { } left, IsScalarOrList: true } a, { Content: { } right, IsScalarOrList: true } b] || (left.Length != right.Length && left.Length != 1 && right.Length != 1))
        {
            return null;
        }

        int count = left.Length == 0 || right.Length == 0 ? 0 : Math.Max(left.Length, right.Length);
        return new InferredValue(a.Shape.Length >= b.Shape.Length && a.Shape.Length > 0 ? [count] : b.Shape.Length > 0 ? [count] : [], [.. Enumerable.Range(0, count).Select(i => operation(left[left.Length == 1 ? 0 : i], right[right.Length == 1 ? 0 : i]))]);
    }

    private static InferredValue? Join(InferredValue?[] inputs)
    {
        if (inputs.Any(i => i is not { Content: not null, Shape.Length: 1 }))
        {
            return null;
        }

        double[] all = [.. inputs.SelectMany(i => i!.Content!).Take(OnnxLimits.List + 1)];
        return all.Length <= OnnxLimits.List ? new InferredValue([all.Length], all) : null;
    }

    private static InferredValue? Pick(double[] values, double[] at, long[] shape) =>
        at.Length <= OnnxLimits.List && at.All(i => i >= -values.Length && i < values.Length) ? new InferredValue(shape, [.. at.Select(i => values[(int)(i < 0 ? i + values.Length : i)])]) : null;

    private static InferredValue? Part(OnnxNode node, InferredValue?[] inputs, double[] values)
    {
        double? One(string attribute, int index) => node.Ints(attribute) is [long given] ? given : index < inputs.Length && inputs[index]?.Content is [double one] ? one : null;
        if (inputs[0]!.Shape.Length != 1 || One("starts", 1) is not { } start || One("ends", 2) is not { } end || (inputs.Length > 4 && One("steps", 4) is not 1))
        {
            return null;
        }

        int Bounded(double at) => (int)Math.Clamp(at < 0 ? at + values.Length : at, 0, values.Length);
        double[] part = values[Bounded(start)..Math.Max(Bounded(start), Bounded(end))];
        return new InferredValue([part.Length], part);
    }

    private static InferredValue? Choose(InferredValue value, double[] which, double[] yes, double[] no)
    {
        int count = which.Length;
        return (yes.Length == count || yes.Length == 1) && (no.Length == count || no.Length == 1)
            ? value with { Content = [.. which.Select((w, i) => w != 0 ? yes[yes.Length == 1 ? 0 : i] : no[no.Length == 1 ? 0 : i])] }
            : null;
    }

    private static InferredValue? Fill(OnnxNode node, long count)
    {
        double[]? value = node.Attributes.TryGetValue("value", out OnnxAttributeValue? given) ? given.Tensor?.Values : [0];
        return value is [double one] ? new InferredValue([count], [.. Enumerable.Repeat(one, (int)count)]) : null;
    }
}
