return await Guardian.ReferenceHost.Commands.CommandLine.RunAsync(args);
