using System.CommandLine;

namespace Guardian.ReferenceHost.Commands;

/// <summary>Passphrases come from a file or the terminal, never from the command line, where every user of the machine could read them.</summary>
internal static class Passphrase
{
    public static Option<string?> Option() => new("--passphrase-file") { Description = "File whose first line is the passphrase; asked for on the terminal otherwise." };

    public static async Task<string> ReadAsync(string? file, bool confirm, CancellationToken cancellationToken)
    {
        if (file is not null)
        {
            await foreach (string line in File.ReadLinesAsync(file, cancellationToken))
            {
                return line;
            }

            throw new IOException($"{file}: it is empty");
        }

        if (Console.IsInputRedirected)
        {
            throw new IOException("a terminal or --passphrase-file is needed for the passphrase");
        }

        string first = Ask("Passphrase: ");
        return !confirm || Ask("Again: ") == first ? first : throw new IOException("the two passphrases differ");
    }

    private static string Ask(string prompt)
    {
        Console.Error.Write(prompt);
        var text = new System.Text.StringBuilder();
        for (ConsoleKeyInfo key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key == ConsoleKey.Backspace && text.Length > 0)
            {
                text.Length--;
            }
            else if (!char.IsControl(key.KeyChar))
            {
                text.Append(key.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return text.ToString();
    }
}
