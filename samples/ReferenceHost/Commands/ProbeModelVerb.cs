using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using Guardian.Models;

namespace Guardian.ReferenceHost.Commands;

/// <summary><c>probe-model</c>: what <see cref="Adapters.ProcessModelProbe"/> starts. Reads a request from its standard input, gives itself the limits in it, and writes the result.</summary>
internal static partial class ProbeModelVerb
{
    public const string Name = "probe-model";

    // Numbers of limits on Linux: getrlimit(2).
    private const int Cpu = 0, FileSize = 1, Data = 2, Core = 4;

    /// <summary>What this process itself has committed before the model comes.</summary>
    private const long OwnBytes = 768L << 20;

    public static Command Create()
    {
        var command = new Command(Name, "Tries a model file within limits; the node starts it by itself.") { Hidden = true };
        command.SetAction(async (_, cancellationToken) =>
        {
            using Stream input = Console.OpenStandardInput();
            ModelProbeRequest request = await JsonSerializer.DeserializeAsync<ModelProbeRequest>(input, cancellationToken: cancellationToken) ?? throw new ArgumentException("a request is needed on the standard input");

            // Private writable memory, which is what a model takes; the address space that .NET reserves and never touches is not counted.
            Limit(Data, request.MemoryBytes + OwnBytes);
            Limit(Cpu, (long)Math.Ceiling(request.TimeLimit.TotalSeconds));
            Limit(FileSize, 0);
            Limit(Core, 0);
            ModelProbeResult result = await new InProcessModelProbe().ProbeAsync(request, cancellationToken);
            Console.WriteLine(JsonSerializer.Serialize(result));
            return 0;
        });
        return command;
    }

    private static void Limit(int resource, long most)
    {
        var limit = new ResourceLimit { Current = (ulong)most, Maximum = (ulong)most };
        if (SetLimit(resource, in limit) != 0)
        {
            throw new IOException($"setrlimit {resource}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in ResourceLimit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        public ulong Current;
        public ulong Maximum;
    }
}
