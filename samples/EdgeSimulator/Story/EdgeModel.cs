using System.Security.Cryptography;
using Guardian.Models;
using Guardian.Tunnel;
using Guardian.Tunnel.Contract;

namespace Guardian.EdgeSimulator.Story;

/// <summary>A deployed model on the edge: downloaded, verified, loaded, probed and reported.</summary>
internal sealed class EdgeModel : IDisposable
{
    private EdgeModel(string modelId, ModelScorer scorer)
    {
        ModelId = modelId;
        Scorer = scorer;
    }

    public string ModelId { get; }

    public ModelScorer Scorer { get; }

    /// <summary>Takes a deployment. When anything about it is wrong, the node is told and the old model stays in use.</summary>
    public static async Task<EdgeModel> InstallAsync(EdgeClient client, Deployment deployment, string folder, CancellationToken cancellationToken)
    {
        var report = new ReportDeploymentRequest { DeploymentId = deployment.DeploymentId };
        ModelScorer? scorer = null;
        try
        {
            // Not by the model's id: that is text of the node's, and could name a file outside the folder.
            string file = deployment.Sha256.Length == SHA256.HashSizeInBytes
                ? Path.Combine(folder, $"{Convert.ToHexStringLower(deployment.Sha256.Span)}.onnx")
                : throw new TunnelException($"sha256: {deployment.Sha256.Length} bytes, {SHA256.HashSizeInBytes} are needed");
            await client.DownloadModelAsync(deployment, file, cancellationToken);
            byte[] onnx = await File.ReadAllBytesAsync(file, cancellationToken);
            scorer = new ModelScorer(onnx);
            report.ProbeScore = scorer.ScoreProbe();
            report.Sha256 = Google.Protobuf.ByteString.CopyFrom(SHA256.HashData(onnx));
            report.Success = true;
        }
        catch (Exception e) when (e is TunnelException or ModelException)
        {
            report.ErrorMessage = e.Message.Length > 512 ? e.Message[..512] : e.Message;
        }

        ReportDeploymentResponse response = await client.ReportDeploymentAsync(report, cancellationToken);
        if (report.Success && response.Accepted)
        {
            return new EdgeModel(deployment.ModelId, scorer!);
        }

        scorer?.Dispose();
        throw new TunnelException($"deployment {deployment.DeploymentId}: {(report.Success ? response.Reason : report.ErrorMessage)}");
    }

    public void Dispose() => Scorer.Dispose();
}
