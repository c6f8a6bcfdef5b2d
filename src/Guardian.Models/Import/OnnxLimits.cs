namespace Guardian.Models.Import;

/// <summary>
/// What a stranger's ONNX file may ask for, checked on the bytes before any runtime sees them. Far above what a detector for frames needs, far below what hurts a node.
/// </summary>
internal static class OnnxLimits
{
    public const int MinIr = 3, MaxIr = 11, MinOpset = 7, MaxOpset = 22;

    public const int Nodes = 20_000, Initializers = 20_000, Values = 64, Operands = 256, Attributes = 32, MetadataEntries = 64, Rank = 8;

    /// <summary>Characters of a name, and bytes of a word that is only for people.</summary>
    public const int Name = 1024, Text = 64 << 10;

    /// <summary>Elements of a constant list that is read, because sizes follow from it.</summary>
    public const int List = 1024;

    /// <summary>Bytes of one value that is computed, and of all of them together.</summary>
    public const long ValueBytes = 1L << 30, AllValueBytes = 16L << 30;

    /// <summary>Multiplications for one frame: ten times what the largest YOLO needs at 640x640.</summary>
    public const long Multiplications = 2_000_000_000_000;

    /// <summary>What a width or height of an input counts as that the file leaves open.</summary>
    public const int OpenSide = 640;
}
