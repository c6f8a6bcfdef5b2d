using System.CommandLine;
using Guardian.Tunnel;
using Command = System.CommandLine.Command;

namespace Guardian.ReferenceHost.Commands;

/// <summary><c>authority …</c>: shows and replaces the node's certificate authority.</summary>
internal static class AuthorityVerbs
{
    public static Command Create() => new("authority", "Shows and replaces the node's certificate authority.") { Show(), Rotate(), Finish() };

    private static Command Show()
    {
        var command = new Command("show", "Prints the fingerprints that are trusted, and who still needs to renew.");
        command.SetAction(async (result, cancellationToken) =>
        {
            DataFolder data = DataFolder.Of(result);
            using CertificateAuthority authority = data.OpenAuthority();
            foreach (byte[] trusted in authority.TrustedAuthorities)
            {
                Console.WriteLine(CertificateAuthority.FingerprintOf(trusted));
            }

            if (authority.IsRotating)
            {
                await using EdgeRegistry registry = data.OpenRegistry();
                await PrintWaitingAsync(registry, authority, cancellationToken);
            }

            return 0;
        });
        return command;
    }

    private static Command Rotate()
    {
        var command = new Command("rotate", "Begins to replace the authority, or goes on with it: both are trusted, edges are asked to renew now, those that are away renew when they return.");
        command.SetAction(async (result, cancellationToken) =>
        {
            DataFolder data = DataFolder.Of(result);
            using CertificateAuthority authority = data.OpenAuthority();
            if (!authority.IsRotating)
            {
                authority.BeginRotation();
            }

            await using EdgeRegistry registry = data.OpenRegistry();
            await registry.AnnounceAuthorityAsync("a new authority is trusted beside the old one", DataFolder.Actor, cancellationToken);
            await CredentialRefresh.AskAsync(registry, cancellationToken);
            await PrintWaitingAsync(registry, authority, cancellationToken);
            Console.WriteLine("When nobody is left ('authority show'), run 'authority finish'. Bundles that have not been used by then are worthless.");
            return 0;
        });
        return command;
    }

    private static Command Finish()
    {
        var force = new Option<bool>("--force") { Description = "Also when edges have not renewed: they are shut out and must enrol anew." };
        var command = new Command("finish", "Makes the new authority the only one.") { force };
        command.SetAction(async (result, cancellationToken) =>
        {
            DataFolder data = DataFolder.Of(result);
            using CertificateAuthority authority = data.OpenAuthority();
            await using EdgeRegistry registry = data.OpenRegistry();
            if (authority.IsRotating && !result.GetValue(force) && await PrintWaitingAsync(registry, authority, cancellationToken) > 0)
            {
                Console.WriteLine("Nothing was changed. Wait for them, or use --force.");
                return 1;
            }

            authority.FinishRotation();
            await registry.AnnounceAuthorityAsync("the new authority is the only one", DataFolder.Actor, cancellationToken);

            // So that they forget the old one too.
            await CredentialRefresh.AskAsync(registry, cancellationToken);
            Console.WriteLine($"The only authority now is {authority.Fingerprint}.");
            return 0;
        });
        return command;
    }

    private static async Task<int> PrintWaitingAsync(EdgeRegistry registry, CertificateAuthority authority, CancellationToken cancellationToken)
    {
        IReadOnlyList<RegisteredEdge> waiting = await registry.ListNotRenewedAsync(authority.Issuer, cancellationToken);
        Console.WriteLine(waiting.Count == 0 ? "Every enrolled edge has a certificate of the new authority." : $"{waiting.Count} have not renewed yet:");
        foreach (RegisteredEdge edge in waiting)
        {
            Console.WriteLine($"  {edge.Id} {edge.Name}");
        }

        return waiting.Count;
    }
}
