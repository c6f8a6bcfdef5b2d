using System.CommandLine;
using System.Globalization;
using Guardian.ReferenceHost.Composition;
using Guardian.Tunnel;

namespace Guardian.ReferenceHost.Commands;

/// <summary><c>edge add</c>, <c>edge list</c>, <c>edge revoke</c>: work on the data folder, whether the node runs or not.</summary>
internal static class EdgeCommands
{
    public static Command Create() => new("edge", "Adds, lists and revokes edges.") { Add(), List(), Revoke() };

    private static Command Add()
    {
        var name = new Argument<string>("name") { Description = "What you call the edge." };
        var output = new Option<string?>("--out") { Description = "Also writes the bundle to this file (mode 0600)." };
        var days = new Option<double>("--valid-days") { Description = "How long the bundle is good.", DefaultValueFactory = _ => 1 };
        var command = new Command("add", "Adds an edge and prints its one-time enrolment bundle.") { name, output, days };
        command.SetAction(async (result, cancellationToken) =>
        {
            string data = DataFolder(result);
            NodeInfo node = Node(data);
            double lifetime = result.GetRequiredValue(days);
            if (lifetime is not (> 0 and <= 30))
            {
                throw new ArgumentException("--valid-days: more than 0 and at most 30 are allowed");
            }

            await using EdgeRegistry registry = Open(data);
            using CertificateAuthority authority = CertificateAuthority.Open(Path.Combine(data, "tunnel"));
            (RegisteredEdge edge, string token, DateTimeOffset expires) = await registry.AddEdgeAsync(result.GetRequiredValue(name), TimeSpan.FromDays(lifetime), cancellationToken);
            var bundle = new EnrollmentBundle { Address = node.EnrollmentAddress, CaFingerprint = authority.Fingerprint, Token = token, ExpiresAt = expires };
            if (result.GetValue(output) is { } file)
            {
                OwnersFile.Write(file, bundle.ToLine() + "\n");
            }

            Console.WriteLine($"Edge     {edge.Id} \"{edge.Name}\"");
            Console.WriteLine($"Node     {bundle.Address}, CA {bundle.CaFingerprint}");
            Console.WriteLine($"Expires  {expires.ToString("u", CultureInfo.InvariantCulture)}, good for one use");
            Console.WriteLine();
            Console.WriteLine(bundle.ToLine());
            return 0;
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists edges with their state.");
        command.SetAction(async (result, cancellationToken) =>
        {
            await using EdgeRegistry registry = Open(DataFolder(result));
            IReadOnlyList<RegisteredEdge> edges = await registry.ListEdgesAsync(cancellationToken);
            Console.WriteLine($"{"ID",-22}{"STATE",-9}{"LAST SEEN",-22}NAME");
            foreach (RegisteredEdge e in edges)
            {
                Console.WriteLine($"{e.Id,-22}{Api.ApiMapping.Word(e.State),-9}{e.LastSeenAt?.ToString("u", CultureInfo.InvariantCulture) ?? "never",-22}{e.Name}");
            }

            return 0;
        });
        return command;
    }

    private static Command Revoke()
    {
        var id = new Argument<string>("id") { Description = "The edge's id, as 'edge list' shows it." };
        var command = new Command("revoke", "Shuts an edge out for good.") { id };
        command.SetAction(async (result, cancellationToken) =>
        {
            string text = result.GetRequiredValue(id);
            if (!EdgeId.TryParse(text, out EdgeId edge))
            {
                throw new ArgumentException($"id: '{text}' is not an edge id");
            }

            await using EdgeRegistry registry = Open(DataFolder(result));
            bool revoked = await registry.RevokeEdgeAsync(edge, cancellationToken);
            Console.WriteLine(revoked ? $"{edge} is revoked; its next call is refused." : $"{edge} is not known, or was revoked before.");
            return revoked ? 0 : 1;
        });
        return command;
    }

    private static string DataFolder(ParseResult result) => Path.GetFullPath(result.GetRequiredValue(CommandLine.Data));

    private static NodeInfo Node(string data) =>
        NodeInfo.Read(Path.Combine(data, "node.json")) ?? throw new TunnelException($"{data}: no node has run here yet; start one with 'serve' first");

    /// <summary>Opens the registry of a node's folder. Of another folder nothing is opened, because opening would create it.</summary>
    private static EdgeRegistry Open(string data)
    {
        _ = Node(data);
        return new EdgeRegistry(Path.Combine(data, "tunnel", "registry.db"));
    }
}
