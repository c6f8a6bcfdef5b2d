using Guardian.Models.Inference;
using Microsoft.ML.OnnxRuntime;

namespace Guardian.Models;

/// <summary>
/// Tries a model in this process: one thread, a run that is ended when its time is over, and no arena that keeps its memory. What the runtime's own faults could do it does not hold back; a host that takes files of strangers
/// supplies a probe in a process of its own, as the reference host does, and calls this one there.
/// </summary>
public sealed class InProcessModelProbe : IModelProbe
{
    /// <inheritdoc/>
    public Task<ModelProbeResult> ProbeAsync(ModelProbeRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Task.Run(() => Probe(request, cancellationToken), cancellationToken);
    }

    private static ModelProbeResult Probe(ModelProbeRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(request.TimeLimit);
            using InferenceSession session = OnnxSessions.OpenFile(request.File);
            limit.Token.ThrowIfCancellationRequested();
            Run(session, request, limit.Token);
            return new ModelProbeResult(null, [.. session.OutputNames], Score(request.File, session));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ModelProbeResult($"it did not load and run once within {request.TimeLimit.TotalSeconds:0} s", [], null);
        }
        catch (Exception e) when (e is OnnxRuntimeException or ModelException or OutOfMemoryException or ArgumentException or IOException)
        {
            return new ModelProbeResult($"it does not load or run: {e.Message}", [], null);
        }
    }

    private static void Run(InferenceSession session, ModelProbeRequest request, CancellationToken cancellationToken)
    {
        using var options = new RunOptions();
        using CancellationTokenRegistration end = cancellationToken.Register(() => options.Terminate = true);
        var inputs = new Dictionary<string, OrtValue>();
        try
        {
            foreach ((string name, NodeMetadata metadata) in session.InputMetadata)
            {
                long[] shape = request.Inputs.TryGetValue(name, out IReadOnlyList<long>? given) ? [.. given] : throw new ModelException($"input {name} is not one that was checked");
                inputs[name] = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, metadata.ElementDataType, shape);
                inputs[name].GetTensorMutableRawData().Clear();
            }

            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, inputs, session.OutputNames);
        }
        catch (OnnxRuntimeException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        finally
        {
            foreach (OrtValue value in inputs.Values)
            {
                value.Dispose();
            }
        }
    }

    private static double? Score(string file, InferenceSession session)
    {
        if (!ModelScorer.IsScorer(session))
        {
            return null;
        }

        using var scorer = new ModelScorer(File.ReadAllBytes(file));
        return scorer.ScoreProbe();
    }
}
