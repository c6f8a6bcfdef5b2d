using System.CommandLine;
using Guardian.EdgeSimulator.Commands;
using Guardian.Grpc;
using Guardian.Models;
using Guardian.Tunnel;

var root = new RootCommand("A complete small Guardian edge: camera scene or video file, local inference, sealing, upload.") { EnrollCommand.Create(), RunCommand.Create(), SendCommand.Create(), ModelsCommand.Create() };
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (e is TunnelException or RpcException or ModelException or InvalidOperationException or IOException or ArgumentException or System.ComponentModel.Win32Exception)
{
    await Console.Error.WriteLineAsync($"guardian-edge: {e.Message}");
    return 1;
}
