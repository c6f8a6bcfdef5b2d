using System.Diagnostics;
using System.Text.Json;

namespace Guardian.Bench.Tunnel;

/// <summary>What a TCP connection carries through the tunnel when nothing is done with the bytes.</summary>
internal static class Iperf
{
    public const string Port = "5201";

    private const string Seconds = "3";

    /// <returns>Megabytes a second that arrived.</returns>
    public static async Task<double> MeasureAsync(string host)
    {
        using Process process = Process.Start(new ProcessStartInfo("iperf3", ["--client", host, "--port", Port, "--time", Seconds, "--json"]) { RedirectStandardOutput = true })!;
        using JsonDocument report = await JsonDocument.ParseAsync(process.StandardOutput.BaseStream);
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? report.RootElement.GetProperty("end").GetProperty("sum_received").GetProperty("bits_per_second").GetDouble() / 8e6
            : throw new InvalidOperationException($"iperf3: {report.RootElement.GetProperty("error")}");
    }
}
