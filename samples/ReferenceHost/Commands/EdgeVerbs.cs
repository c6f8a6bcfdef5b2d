using System.CommandLine;
using System.Globalization;
using Guardian.ReferenceHost.Api;
using Guardian.ReferenceHost.Composition;
using Guardian.Tunnel;

namespace Guardian.ReferenceHost.Commands;

/// <summary><c>edge …</c>: works on the data folder, whether the node runs or not; a running node notices within a second.</summary>
internal static class EdgeVerbs
{
    public static Command Create() => new("edge", "Admits, lists, moves, commands and revokes edges.") { Add(), Reenroll(), List(), Assign(), Release(), Control(), EdgeCommandVerb.Create(), Revoke() };

    internal static Argument<string> IdArgument() => new("id") { Description = "The edge's id, as 'edge list' shows it." };

    internal static EdgeId Id(string text) => EdgeId.TryParse(text, out EdgeId edge) ? edge : throw new ArgumentException($"id: '{text}' is not an edge id");

    private static Option<string?> OutputOption() => new("--out") { Description = "Also writes the bundle to this file (mode 0600)." };

    private static Option<double> DaysOption() => new("--valid-days") { Description = "How long the bundle is good.", DefaultValueFactory = _ => 1 };

    private static Command Add()
    {
        var name = new Argument<string>("name") { Description = "What you call the edge." };
        var cameras = new Option<string[]>("--camera") { Description = "A camera that it may speak for; may be given several times. Without any, the edge names its cameras itself when it enrols.", AllowMultipleArgumentsPerToken = true };
        var control = new Option<string?>("--control") { Description = "For an edge in the field that serves edge.control itself: its http://HOST:PORT." };
        Option<string?> output = OutputOption();
        Option<double> days = DaysOption();
        var command = new Command("add", "Adds an edge and prints its one-time enrolment bundle.") { name, cameras, control, output, days };
        command.SetAction(async (result, cancellationToken) =>
        {
            DataFolder data = DataFolder.Of(result);
            await using EdgeRegistry registry = data.OpenRegistry();
            var edge = new NewEdge
            {
                Name = result.GetRequiredValue(name),
                TokenLifetime = Lifetime(result.GetRequiredValue(days)),
                Cameras = result.GetValue(cameras) ?? [],
                ControlAddress = result.GetValue(control) is { } address ? Address(address) : null,
            };
            Print(data, await registry.AddEdgeAsync(edge, DataFolder.Actor, cancellationToken), result.GetValue(output));
            return 0;
        });
        return command;
    }

    private static Command Reenroll()
    {
        Argument<string> id = IdArgument();
        Option<string?> output = OutputOption();
        Option<double> days = DaysOption();
        var command = new Command("reenroll", "Prints a new one-time bundle for an edge that is known: its id, cameras and history stay.") { id, output, days };
        command.SetAction(async (result, cancellationToken) =>
        {
            DataFolder data = DataFolder.Of(result);
            await using EdgeRegistry registry = data.OpenRegistry();
            TimeSpan lifetime = Lifetime(result.GetRequiredValue(days));
            Print(data, await registry.AllowReenrollmentAsync(Id(result.GetRequiredValue(id)), lifetime, DataFolder.Actor, cancellationToken), result.GetValue(output));
            return 0;
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists edges with their state and cameras.");
        command.SetAction(async (result, cancellationToken) =>
        {
            await using EdgeRegistry registry = DataFolder.Of(result).OpenRegistry();
            ILookup<EdgeId, string> cameras = (await registry.Cameras.ListAsync(null, cancellationToken)).ToLookup(c => c.EdgeId, c => c.Id);
            Console.WriteLine($"{"ID",-22}{"STATE",-9}{"LAST SEEN",-22}{"NAME",-20}CAMERAS");
            foreach (RegisteredEdge e in await registry.ListEdgesAsync(cancellationToken))
            {
                Console.WriteLine($"{e.Id,-22}{ApiMapping.Word(e.State),-9}{e.LastSeenAt?.ToString("u", CultureInfo.InvariantCulture) ?? "never",-22}{e.Name,-20}{string.Join(' ', cameras[e.Id])}");
            }

            return 0;
        });
        return command;
    }

    private static Command Assign()
    {
        Argument<string> id = IdArgument();
        var camera = new Argument<string>("camera") { Description = "The camera's id. One of another edge is moved." };
        var command = new Command("assign", "Lets an edge speak for a camera, from now on that edge alone.") { id, camera };
        command.SetAction(async (result, cancellationToken) =>
        {
            await using EdgeRegistry registry = DataFolder.Of(result).OpenRegistry();
            EdgeId edge = Id(result.GetRequiredValue(id));
            await registry.Cameras.AssignAsync(edge, result.GetRequiredValue(camera), DataFolder.Actor, cancellationToken);
            Console.WriteLine($"{edge} speaks for {result.GetRequiredValue(camera)}.");
            return 0;
        });
        return command;
    }

    private static Command Release()
    {
        var camera = new Argument<string>("camera") { Description = "The camera's id." };
        var command = new Command("release", "Takes a camera from its edge.") { camera };
        command.SetAction(async (result, cancellationToken) =>
        {
            await using EdgeRegistry registry = DataFolder.Of(result).OpenRegistry();
            bool released = await registry.Cameras.ReleaseAsync(result.GetRequiredValue(camera), DataFolder.Actor, cancellationToken);
            Console.WriteLine(released ? $"Nobody speaks for {result.GetRequiredValue(camera)} now." : $"No edge speaks for {result.GetRequiredValue(camera)}.");
            return released ? 0 : 1;
        });
        return command;
    }

    private static Command Control()
    {
        Argument<string> id = IdArgument();
        var address = new Argument<string>("address") { Description = "http://HOST:PORT or https://HOST:PORT, or 'none'." };
        var command = new Command("control", "Sets where an edge in the field serves edge.control, so that commands reach it.") { id, address };
        command.SetAction(async (result, cancellationToken) =>
        {
            await using EdgeRegistry registry = DataFolder.Of(result).OpenRegistry();
            string text = result.GetRequiredValue(address);
            EdgeId edge = Id(result.GetRequiredValue(id));
            bool known = await registry.SetControlAddressAsync(edge, text == "none" ? null : Address(text), DataFolder.Actor, cancellationToken);
            Console.WriteLine(known ? $"{edge}: edge.control at {text}." : $"{edge} is not known.");
            return known ? 0 : 1;
        });
        return command;
    }

    private static Command Revoke()
    {
        Argument<string> id = IdArgument();
        var command = new Command("revoke", "Shuts an edge out: open calls end within a second, its certificates are refused from now on.") { id };
        command.SetAction(async (result, cancellationToken) =>
        {
            EdgeId edge = Id(result.GetRequiredValue(id));
            await using EdgeRegistry registry = DataFolder.Of(result).OpenRegistry();
            bool revoked = await registry.RevokeEdgeAsync(edge, DataFolder.Actor, cancellationToken);
            Console.WriteLine(revoked ? $"{edge} is revoked; its open calls end now, its next is refused." : $"{edge} is not known, or was revoked before.");
            return revoked ? 0 : 1;
        });
        return command;
    }

    private static TimeSpan Lifetime(double days) => days is > 0 and <= 30 ? TimeSpan.FromDays(days) : throw new ArgumentException("--valid-days: more than 0 and at most 30 are allowed");

    private static Uri Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) ? uri : throw new ArgumentException($"control: '{text}' is not an http or https address");

    private static void Print(DataFolder data, AdmissionTicket ticket, string? file)
    {
        var bundle = new EnrollmentBundle
        {
            Address = data.Node.EnrollmentAddress,
            CaFingerprint = CertificateAuthority.ReadFingerprint(data.Tunnel),
            Token = ticket.Token,
            ExpiresAt = ticket.ExpiresAt,
        };
        if (file is not null)
        {
            OwnersFile.Write(file, bundle.ToLine() + "\n");
        }

        Console.WriteLine($"Edge     {ticket.Edge.Id} \"{ticket.Edge.Name}\"");
        Console.WriteLine($"Node     {bundle.Address}, CA {bundle.CaFingerprint}");
        Console.WriteLine($"Expires  {bundle.ExpiresAt.ToString("u", CultureInfo.InvariantCulture)}, good for one use");
        Console.WriteLine();
        Console.WriteLine(bundle.ToLine());
    }
}
