using Dapper;
using Google.Protobuf;
using Guardian.Shared.Sql;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>
/// The commands that this edge has taken, on the disk, so that each is executed once however often it is sent and whatever is killed: a command is acknowledged when its row is durable, begun when that is durable, and
/// remembered for a while after the node has settled it.
/// </summary>
internal sealed class CommandJournal(EdgeDatabase database, TimeProvider time)
{
    private const int Received = 1, Running = 2, Done = 3, Settled = 4;

    /// <summary>A command that was sent before it was settled may arrive after it; by then its time is long over.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromDays(1);

    /// <summary>Takes a command.</summary>
    /// <returns>False when it was taken before.</returns>
    public Task<bool> TakeAsync(Command command, CancellationToken cancellationToken) => database.WriteAsync(
        c =>
        {
            c.Execute("DELETE FROM commands WHERE state = @Settled AND expires_at < @Limit", new { Settled, Limit = SqlTime.ToSql(time.GetUtcNow() - Memory) });
            return c.Execute(
                "INSERT INTO commands (id, action, expires_at, state) VALUES (@Id, @Action, @Expires, @Received) ON CONFLICT DO NOTHING",
                new { Id = command.CommandId, Action = (command.Action ?? new CommandAction()).ToByteArray(), Expires = SqlTime.ToSql(UnixNanoseconds.ToInstant(command.ExpiresAt)), Received }) == 1;
        },
        cancellationToken);

    /// <summary>What an agent that was killed left behind: what it had begun is interrupted, what it had not is to be done.</summary>
    public Task<IReadOnlyList<Command>> RecoverAsync(CancellationToken cancellationToken) => database.WriteAsync<IReadOnlyList<Command>>(
        c =>
        {
            c.Execute(
                "UPDATE commands SET state = @Done, outcome = @Outcome, error = 'the edge was stopped while it executed the command' WHERE state = @Running",
                new { Done, Running, Outcome = (int)CommandResult.Types.Outcome.Interrupted });
            return [.. c.Query<(string Id, byte[] Action, long Expires)>("SELECT id, action, expires_at FROM commands WHERE state = @Received ORDER BY rowid", new { Received }).Select(ToCommand)];
        },
        cancellationToken);

    public Task BeginAsync(string id, CancellationToken cancellationToken) =>
        database.WriteAsync(c => c.Execute("UPDATE commands SET state = @Running WHERE id = @Id", new { Id = id, Running }), cancellationToken);

    public Task FinishAsync(CommandResult result, CancellationToken cancellationToken) => database.WriteAsync(
        c => c.Execute(
            "UPDATE commands SET state = @Done, outcome = @Outcome, result = @Result, error = @Error WHERE id = @Id",
            new { Id = result.CommandId, Done, Outcome = (int)result.Outcome, Result = result.ResultJson, Error = result.ErrorMessage }),
        cancellationToken);

    /// <summary>The results that the node has not settled.</summary>
    public Task<IReadOnlyList<CommandResult>> ListDoneAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<CommandResult>>(
        c => [.. c.Query<(string Id, long Outcome, string Result, string Error)>("SELECT id, outcome, result, error FROM commands WHERE state = @Done", new { Done }).Select(r => new CommandResult
        {
            CommandId = r.Id,
            Outcome = (CommandResult.Types.Outcome)r.Outcome,
            ResultJson = r.Result,
            ErrorMessage = r.Error,
        })],
        cancellationToken);

    public Task SettleAsync(string id, CancellationToken cancellationToken) =>
        database.WriteAsync(c => c.Execute("UPDATE commands SET state = @Settled, result = '', error = '' WHERE id = @Id AND state = @Done", new { Id = id, Settled, Done }), cancellationToken);

    private static Command ToCommand((string Id, byte[] Action, long Expires) row) => new()
    {
        CommandId = row.Id,
        Action = CommandAction.Parser.ParseFrom(row.Action),
        ExpiresAt = UnixNanoseconds.From(SqlTime.FromSql(row.Expires)),
    };
}
