using System.Diagnostics;
using System.Text.RegularExpressions;
using Guardian.Testing;

namespace Guardian.EndToEnd;

/// <summary>What keeps the suite a suite: independent packages that can be made, and used from outside.</summary>
public sealed partial class HouseTests
{
    [Fact]
    public void only_tunnel_knows_another_package_and_that_is_grpc()
    {
        var arrows = new List<string>();
        foreach (string project in Directory.GetFiles(Repository.PathTo("src"), "*.csproj", SearchOption.AllDirectories))
        {
            arrows.AddRange(Reference().Matches(File.ReadAllText(project)).Select(m => $"{Path.GetFileNameWithoutExtension(project)} -> {m.Groups[1].Value}"));
        }

        Assert.Equal(["Guardian.Tunnel -> Guardian.Grpc"], arrows);
    }

    [Fact]
    public void every_project_is_in_the_solution()
    {
        string solution = File.ReadAllText(Repository.PathTo("Guardian.slnx"));
        string[] projects = [.. new[] { "src", "samples", "tests", "bench" }.SelectMany(d => Directory.GetFiles(Repository.PathTo(d), "*.csproj", SearchOption.AllDirectories))];
        Assert.All(projects, p => Assert.Contains(Path.GetRelativePath(Repository.Root, p), solution, StringComparison.Ordinal));
    }

    [Fact]
    public void every_package_has_a_readme_and_a_changelog()
    {
        foreach (string folder in Directory.GetDirectories(Repository.PathTo("src"), "Guardian.*"))
        {
            Assert.True(new FileInfo(Path.Combine(folder, "README.md")).Length > 300, folder);
            Assert.Contains("0.1.0", File.ReadAllText(Path.Combine(folder, "CHANGELOG.md")), StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 600_000)]
    public async Task a_project_outside_the_solution_runs_on_one_packed_package_alone()
    {
        using var folder = new TemporaryFolder();
        await RunAsync(Repository.PathTo("eng", "pack.sh"), folder.File("packages"));
        Assert.Equal(7, Directory.GetFiles(folder.File("packages"), "*.nupkg").Length);
        Assert.Equal(7, Directory.GetFiles(folder.File("packages"), "*.snupkg").Length);

        Directory.CreateDirectory(folder.File("consumer"));
        await File.WriteAllTextAsync(folder.File("consumer/consumer.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><NuGetAudit>false</NuGetAudit></PropertyGroup>
              <ItemGroup><PackageReference Include="Guardian.Storage" Version="0.1.0" /></ItemGroup>
            </Project>
            """);
        await File.WriteAllTextAsync(folder.File("consumer/nuget.config"), """<configuration><packageSources><add key="packed" value="../packages" /></packageSources></configuration>""");
        await File.WriteAllTextAsync(folder.File("consumer/Program.cs"), """
            using Guardian.Storage;
            using RecipientPrivateKey key = RecipientPrivateKey.Generate();
            var archive = new SealedArchive(new SealedArchiveOptions { Directory = args[0] + "/data" }, new FolderArchiveStore(args[0] + "/archive"));
            await archive.RecoverAsync(default);
            SealedObjectId id = SealedObjectId.Clip(Guid.NewGuid());
            await archive.StoreAsync(id, "front-door", await new Sealer(key.PublicKey).SealAsync("a clip"u8.ToArray(), "video/mp4"), default);
            Console.WriteLine($"archived {await archive.ArchiveDueAsync(default)}");
            await using ArchiveRead read = (await archive.OpenReadAsync(id, null, default))!;
            var opened = new MemoryStream();
            await Unsealer.UnsealAsync(read.Content, key, opened);
            Console.WriteLine(System.Text.Encoding.UTF8.GetString(opened.ToArray()));
            await archive.DisposeAsync();
            """);

        // A cache of its own, so that an older package of the same version cannot stand in.
        string output = await RunAsync(
            "dotnet", "run", "--project", folder.File("consumer"), "--property:RestorePackagesPath=" + folder.File("cache"), "--", folder.Path);
        Assert.Contains("archived 1", output, StringComparison.Ordinal);
        Assert.Contains("a clip", output, StringComparison.Ordinal);
        await TestAStoreOfSomebodyElseAsync(folder);
    }

    /// <summary>A store from outside passes the suite that the packages bring along.</summary>
    private static async Task TestAStoreOfSomebodyElseAsync(TemporaryFolder folder)
    {
        Directory.CreateDirectory(folder.File("provider"));
        await File.WriteAllTextAsync(folder.File("provider/provider.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><NuGetAudit>false</NuGetAudit><IsTestProject>true</IsTestProject></PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Guardian.Storage.Conformance" Version="0.1.0" />
                <PackageReference Include="Microsoft.NET.Test.Sdk" Version="18.11.0" />
                <PackageReference Include="xunit.runner.visualstudio" Version="3.1.5" />
              </ItemGroup>
            </Project>
            """);
        File.Copy(folder.File("consumer/nuget.config"), folder.File("provider/nuget.config"));
        await File.WriteAllTextAsync(folder.File("provider/MyStoreTests.cs"), """
            using Guardian.Storage;
            using Guardian.Storage.Conformance;

            public sealed class MyStoreTests : ArchiveStoreConformance
            {
                private readonly string _folder = Directory.CreateTempSubdirectory("my-store-").FullName;
                private FolderArchiveStore _store;
                protected override int LargeObject => 100_000;
                protected override Task<IArchiveStore> OpenAsync() => Task.FromResult<IArchiveStore>(_store = new FolderArchiveStore(_folder));
                protected override Task CloseAsync() { _store.Dispose(); Directory.Delete(_folder, true); return Task.CompletedTask; }
            }
            """);
        string output = await RunAsync("dotnet", "test", folder.File("provider"), "--property:RestorePackagesPath=" + folder.File("cache"));
        Assert.Matches(@"Failed: +0, Passed: +[2-9][0-9]", output);
    }

    [GeneratedRegex("ProjectReference Include=\"[^\"]*/(Guardian[^/\"]*)\\.csproj\"")]
    private static partial Regex Reference();

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program}: {output}{await errors}");
        return output;
    }
}
