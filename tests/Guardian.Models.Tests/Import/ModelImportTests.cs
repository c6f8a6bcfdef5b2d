using System.Text.Json;
using Google.Protobuf;
using Guardian.Models.Import;
using Guardian.Models.Onnx;
using Guardian.Models.Tests.Support;

namespace Guardian.Models.Tests.Import;

public sealed class ModelImportTests
{
    private static readonly ModelImport Yolo = new() { Name = "yolo", ModelType = "detector", Source = "vendor", InputWidth = 64, InputHeight = 48 };

    public static TheoryData<string, string> Bombs => new()
    {
        { "external data", "external data" },
        { "huge initializer", "elements" },
        { "huge input", "dimension" },
        { "loop", "graph inside a node" },
        { "loop without a body", "this operator is not taken" },
        { "functions", "functions" },
        { "training", "training_info" },
        { "giant expand", "dimension" },
        { "expand by what is not known", "not known before it runs" },
        { "giant constant of shape", "bytes" },
        { "giant tile", "dimension" },
        { "endless range", "too many" },
        { "range by nothing", "too many" },
        { "giant resize", "bytes" },
        { "giant pad", "dimension" },
        { "tower of tiles", "bytes" },
        { "many multiplications", "multiplications" },
        { "foreign domain", "domain" },
        { "foreign opset", "domain" },
        { "old opset", "opset_import" },
        { "future ir", "ir_version" },
        { "circle", "computed by no node before it" },
        { "value twice", "there twice" },
        { "second graph", "there twice" },
        { "too many nodes", "nodes" },
        { "long name", "1024" },
        { "sequence input", "only tensors" },
        { "no input", "inputs" },
        { "empty", "not an ONNX file" },
        { "text", "not an ONNX file" },
        { "deep nesting", "not an ONNX file" },
        { "length beyond the end", "longer than what it is in" },
    };

    [Fact(Timeout = 60_000)]
    public async Task a_sound_detector_is_taken_with_what_it_says_about_itself()
    {
        await using var store = new Store();
        byte[] bytes = OnnxSamples.Detector().ToByteArray();
        ModelImportOutcome outcome = await store.Models.Importer.ImportAsync(Yolo, new MemoryStream(bytes), default);
        Assert.Null(outcome.Refusal);
        CatalogModel model = outcome.Model!;
        Assert.Equal((ModelStatus.Ready, "1.0.0", "detector", "vendor", 17), (model.Status, model.Version.ToString(), model.ModelType, model.Lineage.Trainer, model.Requirements.Opset));
        Assert.Equal((64, 48, (long)bytes.Length), (model.Requirements.InputWidth!.Value, model.Requirements.InputHeight!.Value, model.Size));
        using JsonDocument metadata = JsonDocument.Parse(model.MetadataJson);
        Assert.Equal("{0: 'person'}", metadata.RootElement.GetProperty("description").GetProperty("names").GetString());
        Assert.Equal("1.1.0", (await store.Models.Importer.ImportAsync(Yolo, new MemoryStream(bytes), default)).Model!.Version.ToString());
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Bombs))]
    public async Task what_could_hurt_is_refused_with_its_reason_before_any_runtime_sees_it(string bomb, string reason)
    {
        var probe = new CountingProbe();
        using var folder = new Testing.TemporaryFolder();
        await using var models = new LocalModels(new GuardianModelsOptions { Directory = folder.Path }, probe: probe);
        ModelImportOutcome outcome = await models.Importer.ImportAsync(Yolo, new MemoryStream(Make(bomb)), default);
        Assert.Null(outcome.Model);
        Assert.Contains(reason, outcome.Refusal, StringComparison.Ordinal);
        Assert.Equal(0, probe.Calls);
        Assert.Empty(await models.Catalog.ListAsync(null, default));
        Assert.Empty(Directory.GetFiles(Path.Combine(folder.Path, "tmp")));
    }

    [Fact(Timeout = 60_000)]
    public async Task what_the_runtime_does_not_take_is_refused_in_its_words()
    {
        await using var store = new Store();
        ModelProto model = OnnxSamples.Single(OnnxSamples.Node("Add", ["x", "b"], "y"), OnnxSamples.Floats("b", [1, 2, 3, 4, 5], 5));
        ModelImportOutcome outcome = await store.Models.Importer.ImportAsync(Yolo, new MemoryStream(model.ToByteArray()), default);
        Assert.StartsWith("it does not load or run", outcome.Refusal, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task wrong_words_about_a_file_are_errors()
    {
        await using var store = new Store();
        foreach (ModelImport wrong in new[] { Yolo with { Name = "" }, Yolo with { ModelType = "X" }, Yolo with { DescriptionJson = "{" }, Yolo with { InputWidth = 0 }, Yolo with { CameraId = "../x" } })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => store.Models.Importer.ImportAsync(wrong, new MemoryStream([1]), default));
        }
    }

    /// <summary>Whatever a file says, checking it ends, with a reason or with something that the bounds hold for.</summary>
    [Fact]
    public void thousands_of_broken_files_are_checked_without_harm()
    {
        byte[] sound = OnnxSamples.Detector().ToByteArray();
        var random = new Random(20_261_121);
        int refused = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] file = Mutate(sound, random);
            try
            {
                OnnxInspection found = OnnxInspection.Of(new MemoryStream(file), file.Length, 64, 48);
                Assert.InRange(found.MemoryBytes, 0, OnnxLimits.AllValueBytes + (2 * file.Length));
            }
            catch (OnnxRefusedException e)
            {
                Assert.NotEmpty(e.Message);
                refused++;
            }
        }

        Assert.InRange(refused, 5000, 20_000);
    }

    /// <summary>What passes the check is tried, and does no harm there either.</summary>
    [Fact(Timeout = 120_000)]
    public async Task broken_files_that_pass_the_check_do_no_harm_in_the_runtime()
    {
        byte[] sound = OnnxSamples.Detector().ToByteArray();
        var random = new Random(7);
        await using var store = new Store(o => (o.MaxModelBytes, o.MaxModelBytesPerCamera) = (1 << 30, 1 << 30));
        for (int i = 0; i < 150; i++)
        {
            ModelImportOutcome outcome = await store.Models.Importer.ImportAsync(Yolo, new MemoryStream(Mutate(sound, random)), default);
            Assert.True(outcome.Model is null != outcome.Refusal is null);
        }
    }

    private static byte[] Mutate(byte[] sound, Random random)
    {
        byte[] file = [.. sound];
        for (int n = random.Next(1, 5); n > 0; n--)
        {
            int at = random.Next(file.Length);
            switch (random.Next(5))
            {
                case 0:
                    file[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    file[at] = (byte)random.Next(256);
                    break;
                case 2:
                    file = [.. file[..at], .. file[Math.Min(file.Length, at + random.Next(1, 20))..], 0];
                    break;
                case 3:
                    file = [.. file[..at], 0xFF, 0xFF, 0xFF, 0xFF, 0x07, .. file[at..]];
                    break;
                default:
                    file = [.. file[..at], .. file[random.Next(at)..]];
                    break;
            }
        }

        return file.Length > 100_000 ? file[..100_000] : file;
    }

    private static byte[] Make(string bomb)
    {
        static ModelProto Picture(string op, params TensorProto[] initializers) => OnnxSamples.Single(OnnxSamples.Node(op, ["x", .. initializers.Select(i => i.Name)], "y"), initializers);
        ModelProto detector = OnnxSamples.Detector();
        switch (bomb)
        {
            case "external data":
                return Nested(5, OnnxSamples.With(new TensorProto { Name = "w", DataType = 1, Dims = { 1 } }, 13, new StringStringEntryProto { Key = "location", Value = "/etc/passwd" }.ToByteArray()));
            case "huge initializer":
                detector.Graph.Initializer.Add(OnnxSamples.Floats("h", [1], 1 << 28, 1));
                return detector.ToByteArray();
            case "huge input":
                detector.Graph.Input[0] = OnnxSamples.Value("images", TensorProto.Types.DataType.Float, 1, 3, 1L << 40, 1L << 40);
                return detector.ToByteArray();
            case "loop":
                return Nested(1, OnnxSamples.With(new NodeProto { OpType = "Loop", Output = { "y" } }, 5, OnnxSamples.With(new AttributeProto { Name = "body" }, 6, new GraphProto { Name = "b" }.ToByteArray())));
            case "loop without a body":
                return Picture("Loop").ToByteArray();
            case "functions":
                return OnnxSamples.With(detector, 25, [1]);
            case "training":
                return OnnxSamples.With(detector, 20, [1]);
            case "giant expand":
                return Picture("Expand", OnnxSamples.Ints("s", [1L << 40, 8, 8], 3)).ToByteArray();
            case "expand by what is not known":
                ModelProto unknown = OnnxSamples.Single(OnnxSamples.Node("Expand", ["x", "s"], "y"));
                unknown.Graph.Node.Insert(0, OnnxSamples.Node("NonZero", ["x"], "s"));
                return unknown.ToByteArray();
            case "giant constant of shape":
                return OnnxSamples.Single(OnnxSamples.Node("ConstantOfShape", ["s"], "y"), OnnxSamples.Ints("s", [1 << 20, 1 << 20], 2)).ToByteArray();
            case "giant tile":
                return Picture("Tile", OnnxSamples.Ints("s", [1, 1, 1 << 25, 1], 4)).ToByteArray();
            case "endless range":
                return OnnxSamples.Single(OnnxSamples.Node("Range", ["a", "b", "c"], "y"), OnnxSamples.Ints("a", [0]), OnnxSamples.Ints("b", [1L << 52]), OnnxSamples.Ints("c", [1])).ToByteArray();
            case "range by nothing":
                return OnnxSamples.Single(OnnxSamples.Node("Range", ["a", "b", "c"], "y"), OnnxSamples.Ints("a", [0]), OnnxSamples.Ints("b", [1]), OnnxSamples.Ints("c", [0])).ToByteArray();
            case "giant resize":
                return OnnxSamples.Single(OnnxSamples.Node("Resize", ["x", "", "s"], "y"), OnnxSamples.Floats("s", [1, 1, 1e6f, 1e6f], 4)).ToByteArray();
            case "giant pad":
                return Picture("Pad", OnnxSamples.Ints("s", [0, 0, 1 << 29, 0, 0, 0, 0, 0], 8)).ToByteArray();
            case "tower of tiles":
                ModelProto tower = Picture("Tile", OnnxSamples.Ints("s", [1, 1, 100, 1], 4));
                for (int i = 0; i < 2000; i++)
                {
                    tower.Graph.Node.Add(OnnxSamples.Node("Tile", [i == 0 ? "y" : $"t{i - 1}", "r"], $"t{i}"));
                }

                tower.Graph.Initializer.Add(OnnxSamples.Ints("r", [1, 1, 1, 2], 4));
                return tower.ToByteArray();
            case "many multiplications":
                ModelProto heavy = OnnxSamples.Single(OnnxSamples.Node("ConstantOfShape", ["s"], "m0"), OnnxSamples.Ints("s", [10_000, 10_000], 2));
                for (int i = 0; i < 3; i++)
                {
                    heavy.Graph.Node.Add(OnnxSamples.Node("MatMul", [$"m{i}", $"m{i}"], $"m{i + 1}"));
                }

                return heavy.ToByteArray();
            case "foreign domain":
                detector.Graph.Node[1].Domain = "com.example";
                return detector.ToByteArray();
            case "foreign opset":
                detector.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.example", Version = 1 });
                return detector.ToByteArray();
            case "old opset":
                detector.OpsetImport[0].Version = 1;
                return detector.ToByteArray();
            case "future ir":
                detector.IrVersion = 99;
                return detector.ToByteArray();
            case "circle":
                detector.Graph.Node[0].Input[0] = "output0";
                return detector.ToByteArray();
            case "value twice":
                detector.Graph.Node[1].Output[0] = "c";
                return detector.ToByteArray();
            case "second graph":
                return OnnxSamples.With(detector, 7, detector.Graph.ToByteArray());
            case "too many nodes":
                detector.Graph.Node.AddRange(Enumerable.Range(0, 20_001).Select(i => OnnxSamples.Node("Relu", ["images"], $"n{i}")));
                return detector.ToByteArray();
            case "long name":
                detector.Graph.Node[0].OpType = new string('x', 5000);
                return detector.ToByteArray();
            case "sequence input":
                return Nested(11, OnnxSamples.With(new ValueInfoProto { Name = "q" }, 2, OnnxSamples.With(new TypeProto(), 4, [])));
            case "no input":
                detector.Graph.Input.Clear();
                return detector.ToByteArray();
            case "empty":
                return [];
            case "text":
                return "<!doctype html><html>"u8.ToArray();
            case "deep nesting":
                byte[] inner = [];
                for (int i = 0; i < 100_000 && inner.Length < 1 << 20; i++)
                {
                    inner = inner.Length < 120 ? [0x3A, (byte)inner.Length, .. inner] : inner;
                }

                return inner;
            default:
                byte[] file = detector.ToByteArray();
                int graph = Array.IndexOf(file, (byte)0x3A);
                return [.. file[..(graph + 1)], 0xFF, 0xFF, 0xFF, 0x7F, .. file[(graph + 3)..]];
        }
    }

    /// <summary>The detector with one more field in its graph.</summary>
    private static byte[] Nested(int field, byte[] content)
    {
        ModelProto model = OnnxSamples.Detector();
        byte[] graph = OnnxSamples.With(model.Graph, field, content);
        model.Graph = null;
        return OnnxSamples.With(model, 7, graph);
    }

    private sealed class CountingProbe : IModelProbe
    {
        public int Calls { get; private set; }

        public Task<ModelProbeResult> ProbeAsync(ModelProbeRequest request, CancellationToken cancellationToken)
        {
            Calls++;
            return Task.FromResult(new ModelProbeResult(null, [], null));
        }
    }
}
