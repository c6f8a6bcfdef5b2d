using System.Collections;
using System.Text;
using QRCoder;

namespace Guardian.Tunnel;

/// <summary>QR codes as text: two rows of modules a line, in half blocks.</summary>
internal static class TerminalQrCode
{
    /// <summary>SGR: black on white, and back. Scanners want dark on light, which many terminals are not.</summary>
    private const string Colours = "\e[30;47m", Reset = "\e[0m";

    /// <summary>Draws a text, with the margin of four modules that ISO/IEC 18004 asks for.</summary>
    public static string Render(string text)
    {
        using var generator = new QRCodeGenerator();
        using QRCodeData code = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.L);
        List<BitArray> rows = code.ModuleMatrix;
        var drawing = new StringBuilder();
        for (int y = 0; y < rows.Count; y += 2)
        {
            drawing.Append(Colours);
            for (int x = 0; x < rows[y].Length; x++)
            {
                drawing.Append(Block(upper: rows[y][x], lower: y + 1 < rows.Count && rows[y + 1][x]));
            }

            drawing.Append(Reset).Append('\n');
        }

        return drawing.ToString();
    }

    private static char Block(bool upper, bool lower) => (upper, lower) switch
    {
        (true, true) => '█',
        (true, false) => '▀',
        (false, true) => '▄',
        _ => ' ',
    };
}
