using Dapper;
using Google.Protobuf;
using Guardian.Shared.Sql;
using Guardian.Tunnel.Contract;
using Microsoft.Data.Sqlite;

namespace Guardian.Tunnel;

/// <summary>
/// Commands to edges. A command is a row from the moment it is issued: it waits for an edge that is away, is delivered once however often the connection breaks, and keeps its outcome.
/// </summary>
public sealed class EdgeCommands
{
    /// <summary>Commands of one edge that have no outcome yet, at the most.</summary>
    public const int MaxOpenPerEdge = 100;

    /// <summary>Commands of one edge that are kept with their outcome; the oldest go.</summary>
    public const int MaxSettledPerEdge = 1000;

    /// <summary>How long a command may wait at the most.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(30);

    /// <summary>An edge that acknowledged a command has this long after the command's time to answer.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromHours(24);

    private const string Columns = "id, edge_id, action, actor, state, issued_at, expires_at, acknowledged_at, settled_at, result, error";
    private static readonly int[] Open = [(int)EdgeCommandState.Queued, (int)EdgeCommandState.Acknowledged];

    private readonly RegistryDatabase _database;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;

    internal EdgeCommands(RegistryDatabase database, AuditLog audit, TimeProvider time)
    {
        _database = database;
        _audit = audit;
        _time = time;
    }

    /// <summary>Issues a command. When the task ends, it is durable and on its way as soon as the edge can be reached.</summary>
    /// <param name="edge">The edge; enrolled.</param>
    /// <param name="action">What is to be done.</param>
    /// <param name="lifetime">How long it may wait: more than 0 and at most 30 days.</param>
    /// <param name="actor">Who issues it, for the audit log.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">The edge is not enrolled, a value is out of range, the camera is not the edge's, or the edge has 100 commands without an outcome.</exception>
    public Task<EdgeCommand> IssueAsync(EdgeId edge, CommandAction action, TimeSpan lifetime, string actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (CommandValidation.Check(action) is { } wrong)
        {
            throw new TunnelException(wrong);
        }

        if (lifetime <= TimeSpan.Zero || lifetime > MaxLifetime)
        {
            throw new TunnelException($"lifetime: more than 0 and at most {MaxLifetime.Days} days are allowed");
        }

        string id = Guid.NewGuid().ToString("N");
        return _database.WriteAsync(
            c =>
            {
                CheckEdge(c, edge, CommandValidation.CameraOf(action));
                Sweep(c, edge);
                if (c.ExecuteScalar<long>("SELECT COUNT(*) FROM commands WHERE edge_id = @Edge AND state IN @Open", new { Edge = edge.ToString(), Open }) >= MaxOpenPerEdge)
                {
                    throw new TunnelException($"commands: {edge} has {MaxOpenPerEdge} without an outcome, no more are taken");
                }

                DateTimeOffset now = _time.GetUtcNow();
                c.Execute(
                    "INSERT INTO commands (id, edge_id, action, actor, state, issued_at, expires_at) VALUES (@Id, @Edge, @Action, @Actor, @State, @Now, @Expires)",
                    new { Id = id, Edge = edge.ToString(), Action = action.ToByteArray(), Actor = actor, State = (int)EdgeCommandState.Queued, Now = SqlTime.ToSql(now), Expires = SqlTime.ToSql(now + lifetime) });
                EdgeCommand command = Find(c, id)!;
                _audit.Record(c, AuditAction.CommandIssued, actor, null, edge, $"{command.ActionName} {id}");
                RegistryDatabase.Raise(c, RegistryTopic.Commands);
                return command;
            },
            cancellationToken);
    }

    /// <summary>One command as it is now.</summary>
    /// <returns>Null when there is none of that id.</returns>
    public Task<EdgeCommand?> GetAsync(string id, CancellationToken cancellationToken) => _database.WriteAsync(
        c =>
        {
            EdgeCommand? command = Find(c, id);
            if (command is null || command.IsSettled)
            {
                return command;
            }

            Sweep(c, command.Edge);
            return Find(c, id);
        },
        cancellationToken);

    /// <summary>The newest commands of an edge, newest first.</summary>
    /// <param name="edge">The edge.</param>
    /// <param name="limit">Commands at the most: 1 to 1000.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<EdgeCommand>> ListAsync(EdgeId edge, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        return _database.WriteAsync<IReadOnlyList<EdgeCommand>>(
            c =>
            {
                Sweep(c, edge);
                return [.. c.Query<CommandRow>(
                    $"SELECT {Columns} FROM commands WHERE edge_id = @Edge ORDER BY sequence DESC LIMIT @Limit", new { Edge = edge.ToString(), Limit = limit }).Select(r => r.ToCommand())];
            },
            cancellationToken);
    }

    /// <summary>Waits for a command's outcome.</summary>
    /// <param name="id">The command.</param>
    /// <param name="cancellationToken">Ends the wait; the command goes on.</param>
    /// <exception cref="TunnelException">There is no command of that id.</exception>
    public async Task<EdgeCommand> WaitAsync(string id, CancellationToken cancellationToken)
    {
        // The outcome may be written by another process, so the row is the only thing that can be waited for.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), _time);
        while (true)
        {
            EdgeCommand command = await GetAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new TunnelException($"command {id}: there is none of this id");
            if (command.IsSettled)
            {
                return command;
            }

            await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What an edge is still to be told: commands that it has not acknowledged and whose time has not passed, oldest first.</summary>
    internal Task<IReadOnlyList<EdgeCommand>> ListQueuedAsync(EdgeId edge, CancellationToken cancellationToken) => _database.ReadAsync<IReadOnlyList<EdgeCommand>>(
        c => [.. c.Query<CommandRow>(
            $"SELECT {Columns} FROM commands WHERE edge_id = @Edge AND state = @Queued AND expires_at > @Now ORDER BY sequence",
            new { Edge = edge.ToString(), Queued = (int)EdgeCommandState.Queued, Now }).Select(r => r.ToCommand())],
        cancellationToken);

    /// <summary>What has no outcome yet, oldest first.</summary>
    internal Task<IReadOnlyList<EdgeCommand>> ListOpenAsync(EdgeId edge, CancellationToken cancellationToken) => _database.ReadAsync<IReadOnlyList<EdgeCommand>>(
        c => [.. c.Query<CommandRow>($"SELECT {Columns} FROM commands WHERE edge_id = @Edge AND state IN @Open ORDER BY sequence", new { Edge = edge.ToString(), Open }).Select(r => r.ToCommand())],
        cancellationToken);

    /// <summary>A command did not reach its edge after all.</summary>
    internal Task RequeueAsync(EdgeId edge, string id, CancellationToken cancellationToken) => _database.WriteAsync(
        c => c.Execute(
            "UPDATE commands SET state = @Queued, acknowledged_at = NULL WHERE id = @Id AND edge_id = @Edge AND state = @Acknowledged",
            new { Id = id, Edge = edge.ToString(), Acknowledged = (int)EdgeCommandState.Acknowledged, Queued = (int)EdgeCommandState.Queued }),
        cancellationToken);

    /// <summary>Ends what waited too long, of every edge.</summary>
    /// <returns>What was ended.</returns>
    internal Task<IReadOnlyList<EdgeCommand>> SweepAsync(CancellationToken cancellationToken) => _database.WriteAsync<IReadOnlyList<EdgeCommand>>(
        c => [.. c.Query<string>("SELECT DISTINCT edge_id FROM commands WHERE state IN @Open", new { Open }).ToList()
            .SelectMany(e => EdgeId.TryParse(e, out EdgeId edge) ? Sweep(c, edge) : [])],
        cancellationToken);

    /// <summary>The edge holds a command. An acknowledgement that comes twice or too late changes nothing.</summary>
    internal Task AcknowledgeAsync(EdgeId edge, string id, CancellationToken cancellationToken) => _database.WriteAsync(
        c => c.Execute(
            "UPDATE commands SET state = @Acknowledged, acknowledged_at = @Now WHERE id = @Id AND edge_id = @Edge AND state = @Queued",
            new { Id = id, Edge = edge.ToString(), Acknowledged = (int)EdgeCommandState.Acknowledged, Queued = (int)EdgeCommandState.Queued, Now }),
        cancellationToken);

    /// <summary>Records a command's outcome. One that comes twice changes nothing; one that comes after the node gave up counts all the same, for it is the truth.</summary>
    /// <returns>The command when this was its outcome, null when it had one or is not the edge's.</returns>
    internal Task<EdgeCommand?> SettleAsync(EdgeId edge, string id, EdgeCommandState state, string? resultJson, string? error, CancellationToken cancellationToken) => _database.WriteAsync(
        c =>
        {
            int changed = c.Execute(
                """
                UPDATE commands SET state = @State, settled_at = @Now, result = @Result, error = @Error, acknowledged_at = COALESCE(acknowledged_at, @Now)
                WHERE id = @Id AND edge_id = @Edge AND state IN @From
                """,
                new { Id = id, Edge = edge.ToString(), State = (int)state, Now, Result = resultJson, Error = error, From = Open.Append((int)EdgeCommandState.Expired).Append((int)EdgeCommandState.Unknown) });
            EdgeCommand? command = changed == 0 ? null : Find(c, id);
            if (command is not null)
            {
                Settled(c, command, Actors.Edge);
            }

            return command;
        },
        cancellationToken);

    /// <summary>Ends everything that an edge has not been told or has not answered.</summary>
    internal void Abandon(SqliteConnection connection, EdgeId edge, string reason)
    {
        List<CommandRow> abandoned = [.. connection.Query<CommandRow>(
            $"""
            UPDATE commands SET state = CASE state WHEN @Queued THEN @Expired ELSE @Unknown END, settled_at = @Now, error = @Reason WHERE edge_id = @Edge AND state IN @Open RETURNING {Columns}
            """,
            new { Edge = edge.ToString(), Queued = (int)EdgeCommandState.Queued, Expired = (int)EdgeCommandState.Expired, Unknown = (int)EdgeCommandState.Unknown, Now, Reason = reason, Open })];
        abandoned.ForEach(r => Settled(connection, r.ToCommand(), Actors.Node));
    }

    private static EdgeCommand? Find(SqliteConnection connection, string id) =>
        connection.QuerySingleOrDefault<CommandRow>($"SELECT {Columns} FROM commands WHERE id = @Id", new { Id = id })?.ToCommand();

    private static void CheckEdge(SqliteConnection connection, EdgeId edge, string? camera)
    {
        if (connection.ExecuteScalar<long>("SELECT COUNT(*) FROM edges WHERE id = @Id AND state = @Active", new { Id = edge.ToString(), Active = (int)EdgeState.Active }) == 0)
        {
            throw new TunnelException($"{edge}: it is not an enrolled edge");
        }

        if (camera is not null && connection.ExecuteScalar<long>("SELECT COUNT(*) FROM cameras WHERE id = @Camera AND edge_id = @Id", new { Camera = camera, Id = edge.ToString() }) == 0)
        {
            throw new TunnelException($"camera_id: {edge} does not speak for {camera}");
        }
    }

    /// <summary>Ends what waited too long and forgets the oldest outcomes.</summary>
    private List<EdgeCommand> Sweep(SqliteConnection connection, EdgeId edge)
    {
        var ended = new List<EdgeCommand>();
        string late = $"""
            UPDATE commands SET state = @To, settled_at = @Now, error = @Reason WHERE edge_id = @Edge AND state = @From AND expires_at <= @Limit RETURNING {Columns}
            """;
        DateTimeOffset now = _time.GetUtcNow();
        foreach (CommandRow row in connection.Query<CommandRow>(
            late, new { Edge = edge.ToString(), From = (int)EdgeCommandState.Queued, To = (int)EdgeCommandState.Expired, Now, Reason = "the edge did not take it in time", Limit = SqlTime.ToSql(now) })
            .Concat(connection.Query<CommandRow>(
                late, new { Edge = edge.ToString(), From = (int)EdgeCommandState.Acknowledged, To = (int)EdgeCommandState.Unknown, Now, Reason = "the edge took it and never answered", Limit = SqlTime.ToSql(now - AnswerLimit) }))
            .ToList())
        {
            ended.Add(row.ToCommand());
            Settled(connection, ended[^1], Actors.Node);
        }

        connection.Execute(
            "DELETE FROM commands WHERE edge_id = @Edge AND state NOT IN @Open AND sequence NOT IN (SELECT sequence FROM commands WHERE edge_id = @Edge AND state NOT IN @Open ORDER BY sequence DESC LIMIT @Max)",
            new { Edge = edge.ToString(), Open, Max = MaxSettledPerEdge });
        return ended;
    }

    private void Settled(SqliteConnection connection, EdgeCommand command, string actor) =>
        _audit.Record(connection, AuditAction.CommandSettled, actor, null, command.Edge, $"{command.ActionName} {command.Id}: {command.State}{(command.Error is null ? "" : $", {command.Error}")}");

    private long Now => SqlTime.ToSql(_time.GetUtcNow());
}
