using System.Threading.Channels;
using Guardian.Grpc;
using Guardian.Tunnel.Contract;
using Microsoft.Extensions.Logging;

namespace Guardian.Tunnel;

/// <summary>Takes commands from the stream, executes each once, one after the other, and sends what became of it over whichever stream is open then.</summary>
internal sealed class CommandExecutor(CommandJournal journal, Func<CommandAction, CancellationToken, Task<CommandAnswer>> execute, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly Channel<Command> _taken = Channel.CreateUnbounded<Command>();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private GrpcCall<EdgeMessage, NodeMessage>? _stream;
    private CommandResult? _finished;

    /// <summary>Takes up what a former process left behind. To be done before a stream is served, because what was interrupted is told with it.</summary>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        foreach (Command command in await journal.RecoverAsync(cancellationToken).ConfigureAwait(false))
        {
            _taken.Writer.TryWrite(command);
        }
    }

    /// <summary>Executes what was taken until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await _taken.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            // A command and its result are let go only when the next step is on the disk: what fails here is tried again by whoever runs this.
            if (_finished is null && _taken.Reader.TryPeek(out Command? command))
            {
                _finished = await ExecuteAsync(command, cancellationToken).ConfigureAwait(false);
            }

            await journal.FinishAsync(_finished!, cancellationToken).ConfigureAwait(false);
            await SendAsync(new EdgeMessage { Result = _finished! }, cancellationToken).ConfigureAwait(false);
            _finished = null;
            _taken.Reader.TryRead(out _);
        }
    }

    /// <summary>Serves one stream until it ends.</summary>
    /// <exception cref="RpcException">How it ended.</exception>
    public async Task ServeAsync(GrpcCall<EdgeMessage, NodeMessage> stream, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _stream, stream);
        try
        {
            foreach (CommandResult result in await journal.ListDoneAsync(cancellationToken).ConfigureAwait(false))
            {
                await SendAsync(new EdgeMessage { Result = result }, cancellationToken).ConfigureAwait(false);
            }

            while (await stream.ReadAsync(cancellationToken).ConfigureAwait(false) is { } message)
            {
                await HandleAsync(message, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            Volatile.Write(ref _stream, null);
        }
    }

    public void Dispose() => _writing.Dispose();

    private async Task HandleAsync(NodeMessage message, CancellationToken cancellationToken)
    {
        switch (message.MessageCase)
        {
            case NodeMessage.MessageOneofCase.Ping:
                await SendAsync(new EdgeMessage { Pong = new Pong { Number = message.Ping.Number, Timestamp = UnixNanoseconds.From(time.GetUtcNow()) } }, cancellationToken).ConfigureAwait(false);
                break;
            case NodeMessage.MessageOneofCase.Command:
                bool isNew = await journal.TakeAsync(message.Command, cancellationToken).ConfigureAwait(false);
                await SendAsync(new EdgeMessage { Acknowledgement = new CommandAcknowledgement { CommandId = message.Command.CommandId } }, cancellationToken).ConfigureAwait(false);
                if (isNew)
                {
                    _taken.Writer.TryWrite(message.Command);
                }

                break;
            case NodeMessage.MessageOneofCase.Settled:
                await journal.SettleAsync(message.Settled.CommandId, cancellationToken).ConfigureAwait(false);
                break;
            default:
                // Something that a later node says and this edge does not know.
                break;
        }
    }

    private async Task<CommandResult> ExecuteAsync(Command command, CancellationToken cancellationToken)
    {
        CommandAction action = command.Action ?? new CommandAction();
        CommandResult Result(CommandResult.Types.Outcome outcome, string json, string error) => new() { CommandId = command.CommandId, Outcome = outcome, ResultJson = json, ErrorMessage = Shorten(error) };
        if (UnixNanoseconds.ToInstant(command.ExpiresAt) <= time.GetUtcNow())
        {
            return Result(CommandResult.Types.Outcome.Expired, "", "its time passed before the edge began it");
        }

        if (action.ActionCase == CommandAction.ActionOneofCase.None)
        {
            return Result(CommandResult.Types.Outcome.Unsupported, "", CommandAnswer.Unsupported.Error);
        }

        if (CommandValidation.Check(action) is { } wrong)
        {
            return Result(CommandResult.Types.Outcome.Failed, "", wrong);
        }

        await journal.BeginAsync(command.CommandId, cancellationToken).ConfigureAwait(false);
        try
        {
            CommandAnswer answer = await execute(action, cancellationToken).ConfigureAwait(false);
            return answer.ResultJson.Length > 0 && !CommandValidation.IsJson(answer.ResultJson, kind: null, CommandValidation.MaxResult)
                ? Result(CommandResult.Types.Outcome.Failed, "", $"the result is not JSON of at most {CommandValidation.MaxResult} bytes")
                : Result(answer.Outcome, answer.ResultJson, answer.Error);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Whatever a device's code throws is the answer to the command, not the end of the agent.
            AgentLog.CommandFailed(logger, action.ActionCase.ToString(), e);
            return Result(CommandResult.Types.Outcome.Failed, "", e.Message);
        }
    }

    /// <summary>Sends when a stream is open. What is not sent now is in the journal and sent with the next stream.</summary>
    private async Task SendAsync(EdgeMessage message, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Volatile.Read(ref _stream) is { } stream)
            {
                await stream.WriteAsync(message, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is RpcException or ObjectDisposedException or InvalidOperationException)
        {
            // The stream broke off; its reader tells.
        }
        finally
        {
            _writing.Release();
        }
    }

    private static string Shorten(string text) => text.Length > CommandValidation.MaxError ? text[..CommandValidation.MaxError] : text;
}
