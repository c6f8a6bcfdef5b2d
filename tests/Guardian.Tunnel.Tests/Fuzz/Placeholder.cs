using System.Text;

namespace Guardian.Tunnel.Tests.Fuzz;

/// <summary>
/// Text in a valid message that stands for what only a run knows, such as a token, and has its length: it is replaced in the mutated message where it is still whole, so that mutations stay the same from
/// run to run.
/// </summary>
internal sealed class Placeholder(string text)
{
    private readonly byte[] _bytes = Encoding.ASCII.GetBytes(text);

    public string Text { get; } = text;

    /// <returns>Whether it stood anywhere.</returns>
    public bool Replace(IEnumerable<byte[]> messages, string value)
    {
        byte[] replacement = Encoding.ASCII.GetBytes(value);
        Assert.Equal(_bytes.Length, replacement.Length);
        bool stood = false;
        foreach (byte[] message in messages)
        {
            for (int at; (at = message.AsSpan().IndexOf(_bytes)) >= 0; stood = true)
            {
                replacement.CopyTo(message, at);
            }
        }

        return stood;
    }
}
