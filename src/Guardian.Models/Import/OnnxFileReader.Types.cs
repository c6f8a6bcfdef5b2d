namespace Guardian.Models.Import;

/// <summary>Inputs and outputs of the graph.</summary>
internal sealed partial class OnnxFileReader
{
    private OnnxValueInfo ReadValue(long end)
    {
        string name = "";
        (int Type, long?[] Dimensions)? type = null;
        while (_wire.ReadTag(end) is var (field, wire))
        {
            switch (field, wire)
            {
                case (1, WireReader.Length):
                    name = _wire.ReadText(end, OnnxLimits.Name, "value.name");
                    break;
                case (2, WireReader.Length) when type is null:
                    type = ReadType(name, _wire.ReadEnd(end));
                    break;
                case (3 or 4, WireReader.Length):
                    _wire.Skip(wire, end);
                    break;
                default:
                    throw Refused($"{name}: an input or output of this kind is not taken");
            }
        }

        return type is var (element, dimensions) ? new OnnxValueInfo(name, element, dimensions) : throw Refused($"{name}: an input or output has no type");
    }

    private (int Type, long?[] Dimensions) ReadType(string name, long end)
    {
        (int Type, long?[] Dimensions)? tensor = null;
        while (_wire.ReadTag(end) is var (field, wire))
        {
            switch (field, wire)
            {
                case (1, WireReader.Length) when tensor is null:
                    tensor = ReadTensorType(name, _wire.ReadEnd(end));
                    break;
                case (6, WireReader.Length):
                    _wire.Skip(wire, end);
                    break;
                default:
                    throw Refused($"{name}: only tensors are taken as inputs and outputs");
            }
        }

        return tensor ?? throw Refused($"{name}: only tensors are taken as inputs and outputs");
    }

    private (int Type, long?[] Dimensions) ReadTensorType(string name, long end)
    {
        int type = 0;
        List<long?>? dimensions = null;
        while (_wire.ReadTag(end) is var (field, wire))
        {
            switch (field, wire)
            {
                case (1, WireReader.Varint):
                    type = (int)Math.Min(_wire.ReadVarint(end), 1000);
                    break;
                case (2, WireReader.Length) when dimensions is null:
                    dimensions = ReadShape(name, _wire.ReadEnd(end));
                    break;
                default:
                    throw Refused($"{name}: its type has a field {field} that is not known or there twice");
            }
        }

        // An output may leave its shape to inference.
        return (type, [.. dimensions ?? []]);
    }

    private List<long?> ReadShape(string name, long end)
    {
        var dimensions = new List<long?>();
        while (_wire.ReadTag(end) is var (field, wire))
        {
            if ((field, wire) != (1, WireReader.Length))
            {
                throw Refused($"{name}: its shape has a field {field}");
            }

            long? value = null;
            long dimensionEnd = _wire.ReadEnd(end);
            while (_wire.ReadTag(dimensionEnd) is var (part, partWire))
            {
                if ((part, partWire) == (1, WireReader.Varint))
                {
                    value = (long)_wire.ReadVarint(dimensionEnd);
                }
                else
                {
                    // A name in place of a number leaves it open.
                    value = part == 2 ? null : value;
                    _wire.Skip(partWire, dimensionEnd);
                }
            }

            dimensions.Add(value);
            Bound(dimensions.Count, OnnxLimits.Rank, $"{name}: dimensions");
        }

        return dimensions;
    }
}
