using System.Diagnostics;
using System.Globalization;
using Guardian.Tunnel.Contract;

namespace Guardian.EdgeSimulator.Device;

/// <summary>What the machine under the simulator measures: the processor's load since the last look, memory and disk.</summary>
internal sealed class MachineMetrics(string folder)
{
    private (TimeSpan Busy, long At) _last = (TimeSpan.Zero, Stopwatch.GetTimestamp());

    public SystemMetrics Measure()
    {
        (TimeSpan busy, long at) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        double share = (busy - _last.Busy) / (Stopwatch.GetElapsedTime(_last.At, at) * Environment.ProcessorCount);
        _last = (busy, at);
        (ulong total, ulong available) = Memory();
        var disk = new DriveInfo(Path.GetFullPath(folder));
        ulong size = (ulong)disk.TotalSize, used = size - (ulong)disk.TotalFreeSpace;
        return new SystemMetrics
        {
            CpuUsagePercent = Math.Clamp(100 * share, 0, 100),
            MemoryTotalBytes = total,
            MemoryUsedBytes = total - available,
            DiskTotalBytes = size,
            DiskUsedBytes = used,
            DiskUsagePercent = size == 0 ? 0 : 100.0 * used / size,
        };
    }

    /// <summary>Linux counts what caches hold as available, which the framework's own figures do not.</summary>
    private static (ulong Total, ulong Available) Memory()
    {
        Dictionary<string, ulong> fields = File.ReadLines("/proc/meminfo").Take(3).Select(l => l.Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(f => f[0], f => ulong.Parse(f[1], CultureInfo.InvariantCulture) * 1024);
        return (fields["MemTotal"], fields["MemAvailable"]);
    }
}
