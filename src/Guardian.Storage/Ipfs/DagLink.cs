namespace Guardian.Storage;

/// <summary>A link to a block and all that hangs from it.</summary>
/// <param name="Cid">The block's identifier.</param>
/// <param name="TreeBytes">Bytes of the block and of every block below it.</param>
/// <param name="FileBytes">Bytes of the file that the block stands for.</param>
internal readonly record struct DagLink(byte[] Cid, long TreeBytes, long FileBytes);
