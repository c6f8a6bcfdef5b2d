using System.Net;
using Guardian.Testing;

namespace Guardian.Tunnel.Tests;

public sealed class WireGuardClientConfigurationTests
{
    private readonly WireGuardClientConfiguration _configuration = new()
    {
        PrivateKey = WireGuardPrivateKey.FromBytes(Convert.FromHexString("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")),
        Addresses = new TunnelAddresses(IPAddress.Parse("10.77.0.2"), IPAddress.Parse("fd77:6a2d::2")),
        Mtu = 1420,
        NodePublicKey = new WireGuardPublicKey(Convert.FromHexString("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")),
        NodeAddresses = new TunnelAddresses(IPAddress.Parse("10.77.0.1"), IPAddress.Parse("fd77:6a2d::1")),
        Endpoint = "node.example.org:51820",
        PersistentKeepalive = TimeSpan.FromSeconds(25),
    };

    [Fact]
    public void it_is_what_wg_quick_reads() => Assert.Equal(
        """
        [Interface]
        PrivateKey = cAdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LGo=
        Address = 10.77.0.2/32, fd77:6a2d::2/128
        MTU = 1420

        [Peer]
        PublicKey = 3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08=
        Endpoint = node.example.org:51820
        AllowedIPs = 10.77.0.1/32, fd77:6a2d::1/128
        PersistentKeepalive = 25

        """,
        _configuration.ExportText());

    [Fact]
    public void it_does_not_print_its_secret() => Assert.DoesNotContain(_configuration.PrivateKey.ExportBase64(), $"{_configuration}", StringComparison.Ordinal);

    [Fact]
    public void its_qr_code_has_the_form_of_one()
    {
        bool[][] modules = Modules(_configuration.ExportQrCode());
        int size = modules[0].Length;

        // Sides of 17 + 4 × version modules and a margin of four around (ISO/IEC 18004).
        Assert.Equal(0, (size - 8 - 17) % 4);
        Assert.Equal(size, modules.Length);
        Assert.All(Enumerable.Range(0, size), i => Assert.False(modules[3][i] || modules[size - 4][i] || modules[i][3] || modules[i][size - 4]));
        foreach ((int y, int x) in ((int, int)[])[(4, 4), (4, size - 11), (size - 11, 4)])
        {
            // The finder pattern: rings of 7, 5 and 3.
            Assert.Equal("1111111,1000001,1011101,1011101,1011101,1000001,1111111", string.Join(',', Enumerable.Range(y, 7).Select(r => string.Concat(modules[r][x..(x + 7)].Select(m => m ? '1' : '0')))));
        }
    }

    [RequiresFact("zbarimg")]
    public async Task its_qr_code_is_read_by_a_scanner()
    {
        using var folder = new TemporaryFolder();
        bool[][] modules = Modules(_configuration.ExportQrCode());
        const int scale = 4;
        IEnumerable<string> rows = modules.SelectMany(row => Enumerable.Repeat(string.Join(' ', row.SelectMany(m => Enumerable.Repeat(m ? '1' : '0', scale))), scale));
        await File.WriteAllTextAsync(folder.File("code.pbm"), $"P1\n{modules[0].Length * scale} {modules.Length * scale}\n{string.Join('\n', rows)}\n");
        ToolResult scanned = await new CommandRunner(TimeProvider.System).RunAsync("zbarimg", ["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", folder.File("code.pbm")], "", CancellationToken.None);
        Assert.True(scanned.ExitCode == 0, scanned.Error);
        Assert.Equal(_configuration.ExportText().TrimEnd(), scanned.Output.TrimEnd());
    }

    /// <summary>Reads the half blocks back; a last line that is half a line is dropped with the size.</summary>
    private static bool[][] Modules(string drawing)
    {
        string[] lines = [.. drawing.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Replace("\e[30;47m", "", StringComparison.Ordinal).Replace("\e[0m", "", StringComparison.Ordinal))];
        IEnumerable<bool[]> rows = lines.SelectMany(l => (bool[][])[[.. l.Select(c => c is '█' or '▀')], [.. l.Select(c => c is '█' or '▄')]]);
        return [.. rows.Take(lines[0].Length)];
    }
}
