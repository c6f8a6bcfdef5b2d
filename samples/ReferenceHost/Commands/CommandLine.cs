using System.CommandLine;

namespace Guardian.ReferenceHost.Commands;

/// <summary>The node's command line.</summary>
internal static class CommandLine
{
    public static readonly Option<string> Data = new("--data")
    {
        Description = "Folder of everything the node keeps.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("GUARDIAN_DATA") ?? "data",
        Recursive = true,
    };

    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Guardian: the customer-owned node between camera appliances and whoever looks at the events.")
        {
            Data,
            ServeCommand.Create(),
            EdgeVerbs.Create(),
            AuthorityVerbs.Create(),
            WireGuardVerbs.Create(),
            AuditVerb.Create(),
            ArchiveVerbs.Create(),
            DatasetVerbs.Create(),
            TrainingVerbs.Create(),
            TrainVerb.Create(),
            ScoreVerb.Create(),
            KeyCommands.Create(),
            ModelVerbs.Create(),
            RolloutVerbs.Create(),
            ProbeModelVerb.Create(),
            EvidenceVerbs.Create(),
        };
        foreach (Command command in ClipCommands.Create())
        {
            root.Add(command);
        }

        try
        {
            return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception e) when (Errors.Of(e) is { } errors)
        {
            foreach (string error in errors)
            {
                await Console.Error.WriteLineAsync($"guardian: {error}");
            }

            return 1;
        }
    }
}
