namespace Guardian.Grpc.Wire;

/// <summary>The value of a <c>-bin</c> header: base64, and "implementations MUST accept padded and un-padded values".</summary>
internal static class BinaryValue
{
    public static byte[] Decode(string text)
    {
        string padded = (text.Length % 4) switch
        {
            2 => text + "==",
            3 => text + "=",
            _ => text,
        };
        try
        {
            return Convert.FromBase64String(padded);
        }
        catch (FormatException e)
        {
            throw new RpcException(StatusCode.Internal, "binary metadata is not base64", innerException: e);
        }
    }
}
