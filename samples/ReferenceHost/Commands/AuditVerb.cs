using System.CommandLine;
using System.Globalization;
using Guardian.ReferenceHost.Api;
using Guardian.Tunnel;

namespace Guardian.ReferenceHost.Commands;

/// <summary><c>audit</c>: prints who did what at the gateway.</summary>
internal static class AuditVerb
{
    public static Command Create()
    {
        var edge = new Option<string?>("--edge") { Description = "Only what is about this edge." };
        var limit = new Option<int>("--limit") { Description = $"Entries at the most, 1 to {AuditLog.MaxPage}.", DefaultValueFactory = _ => 50 };
        var command = new Command("audit", "Prints who did what at the gateway, when and from where; the newest last.") { edge, limit };
        command.SetAction(async (result, cancellationToken) =>
        {
            int count = result.GetRequiredValue(limit) is >= 1 and <= AuditLog.MaxPage and var n ? n : throw new ArgumentException($"--limit: 1 to {AuditLog.MaxPage} are allowed");
            EdgeId? of = result.GetValue(edge) is { } id ? EdgeVerbs.Id(id) : null;
            await using EdgeRegistry registry = DataFolder.Of(result).OpenRegistry();
            foreach (AuditEntry entry in (await registry.Audit.ListAsync(of, null, count, cancellationToken)).Reverse())
            {
                string from = entry.Address is null ? "" : $" from {entry.Address}";
                Console.WriteLine($"{entry.At.ToString("u", CultureInfo.InvariantCulture)}  {entry.Actor}{from}  {ApiMapping.Word(entry.Action)}  {entry.Edge}  {entry.Detail}");
            }

            return 0;
        });
        return command;
    }
}
