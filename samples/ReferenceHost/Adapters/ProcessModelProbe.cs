using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Guardian.Models;
using Guardian.ReferenceHost.Commands;

namespace Guardian.ReferenceHost.Adapters;

/// <summary>
/// Tries models of strangers in a process of its own, this program's own command <c>probe-model</c>: the kernel bounds its memory and processor time, it can write no file, and when its time is over it is killed. Whatever a file does to
/// the runtime happens there.
/// </summary>
internal sealed class ProcessModelProbe : IModelProbe
{
    /// <summary>Of what the child says; a model has at most 64 outputs with names of 1 KiB.</summary>
    private const int MaxAnswer = 256 << 10;

    /// <summary>For the start of the child, beyond the time that the model has.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(20);

    private static readonly HashSet<string> Kept = ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64"];

    public async Task<ModelProbeResult> ProbeAsync(ModelProbeRequest request, CancellationToken cancellationToken)
    {
        using Process child = Process.Start(StartInfo()) ?? throw new ModelException("the process that tries models did not start", isTransient: true);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(request.TimeLimit + Slack);
        try
        {
            // Read beside the writing, so that neither side waits for the other.
            Task<string> answer = ReadAsync(child.StandardOutput, limit.Token), errors = ReadAsync(child.StandardError, limit.Token);
            await JsonSerializer.SerializeAsync(child.StandardInput.BaseStream, request, cancellationToken: limit.Token);
            child.StandardInput.Close();
            await child.WaitForExitAsync(limit.Token);
            await errors;
            return child.ExitCode == 0 && JsonSerializer.Deserialize<ModelProbeResult>(await answer) is { } result
                ? result
                : Refused(string.Create(CultureInfo.InvariantCulture, $"trying it ended the process that tried it (status {child.ExitCode}); it may take {request.MemoryBytes >> 20} MiB and {request.TimeLimit.TotalSeconds:0} s"));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Refused($"it did not load and run once within {request.TimeLimit.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return Refused($"trying it failed: {e.Message}");
        }
        finally
        {
            if (!child.HasExited)
            {
                child.Kill();
                await child.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    private static ModelProbeResult Refused(string reason) => new(reason, [], null);

    private static ProcessStartInfo StartInfo()
    {
        string program = Environment.ProcessPath ?? throw new ModelException("this program does not know its own path");
        string[] self = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(ProcessModelProbe).Assembly.Location] : [];
        var info = new ProcessStartInfo(program, [.. self, ProbeModelVerb.Name])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // The node's environment may hold what unlocks its archive or its keys; the child gets what it starts with and no more.
        foreach (string name in info.Environment.Keys.Where(k => !Kept.Contains(k)).ToList())
        {
            info.Environment.Remove(name);
        }

        // The managed heap is small there; the model's memory is the runtime's own.
        info.Environment["DOTNET_GCHeapHardLimit"] = "0x10000000";

        // Both would write files, which the child may not: compiled code that is mapped twice lies in one, and so does the door for debuggers.
        info.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        info.Environment["DOTNET_EnableDiagnostics"] = "0";
        return info;
    }

    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        char[] buffer = new char[MaxAnswer];
        int read = await reader.ReadBlockAsync(buffer, cancellationToken);

        // More than that is let go, so that the child does not wait for its reader.
        char[] rest = new char[4096];
        while (await reader.ReadAsync(rest, cancellationToken) > 0)
        {
        }

        return new string(buffer, 0, read);
    }
}
