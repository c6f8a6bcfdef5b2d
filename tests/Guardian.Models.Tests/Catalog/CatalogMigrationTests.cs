using System.Security.Cryptography;
using Dapper;
using Guardian.Models.Internal;
using Guardian.Models.Tests.Support;
using Guardian.Shared.Sql;
using Guardian.Testing;

namespace Guardian.Models.Tests.Catalog;

public sealed class CatalogMigrationTests
{
    [Fact(Timeout = 60_000)]
    public async Task a_catalog_of_before_there_were_rollouts_is_taken_over_with_what_edges_work_with()
    {
        using var folder = new TemporaryFolder();
        byte[] onnx = RandomNumberGenerator.GetBytes(300_000);
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(onnx)), metadata = await MetadataAsync();
        await using (var old = new SqliteDatabase(folder.File("models.db"), [.. Schema.Migrations.Take(1)]))
        {
            await old.WriteAsync(
                c =>
                {
                    c.Execute(
                        "INSERT INTO models VALUES ('m1', 'cam-1', 1, 4, 0, 1, @Length, @sha256, 1767225600000000, @metadata)", new { onnx.Length, sha256, metadata });
                    c.Execute(
                        """
                        INSERT INTO deployments (deployment_id, camera_id, edge_id, model_id, state, size, sha256, created_at, updated_at)
                        VALUES ('d1', 'cam-1', 'edge-1', 'm1', 2, @Length, @sha256, 1, 2)
                        """,
                        new { onnx.Length, sha256 });
                },
                default);
        }

        Directory.CreateDirectory(folder.File("models/m1"));
        await File.WriteAllBytesAsync(folder.File("models/m1/model.onnx"), onnx);
        await using var models = new LocalModels(new GuardianModelsOptions { Directory = folder.Path });
        CatalogModel model = (await models.Catalog.ActiveForCameraAsync("cam-1", default))!;
        Assert.Equal(("m1", "1.4.0", ModelStatus.Active, "cam-1 1.0.0", 12.25), (model.ModelId, model.Version.ToString(), model.Status, model.Name, model.ProbeScore));
        Assert.Equal(18, model.Requirements.Opset);
        Assert.Equal(("edge-1", "m1"), (await models.Distributor.AssignmentsAsync(default)).Select(a => (a.EdgeId, a.ModelId)).Single());
        await using Stream stream = await models.Catalog.OpenAsync("m1", default);
        byte[] read = new byte[onnx.Length];
        await stream.ReadExactlyAsync(read);
        Assert.Equal(onnx, read);
        Assert.Equal(64, (await models.Catalog.ChunkHashesAsync("m1", default)).Length);
        Assert.Equal("1.5.0", (await models.Catalog.RegisterAsync(Sample.Model(), null, default)).Version.ToString());
    }

    /// <summary>metadata.json as a trained model has it.</summary>
    private static async Task<string> MetadataAsync()
    {
        await using var store = new Store();
        return (await store.Models.Catalog.RegisterAsync(Sample.Model(), null, default)).MetadataJson;
    }
}
