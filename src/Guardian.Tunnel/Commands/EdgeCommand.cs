using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>A command to an edge, with its outcome once there is one.</summary>
public sealed record EdgeCommand
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>The edge.</summary>
    public required EdgeId Edge { get; init; }

    /// <summary>What is to be done.</summary>
    public required CommandAction Action { get; init; }

    /// <summary>Who issued it.</summary>
    public required string Actor { get; init; }

    /// <summary>How far it is.</summary>
    public required EdgeCommandState State { get; init; }

    /// <summary>When it was issued.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>After this the edge does not begin it.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the edge said that it holds it; null while it has not.</summary>
    public DateTimeOffset? AcknowledgedAt { get; init; }

    /// <summary>When its outcome came; null while there is none.</summary>
    public DateTimeOffset? SettledAt { get; init; }

    /// <summary>What the edge answered, JSON; null when nothing.</summary>
    public string? ResultJson { get; init; }

    /// <summary>Why it was not done; null when it was, or has no outcome yet.</summary>
    public string? Error { get; init; }

    /// <summary>Whether it has its outcome.</summary>
    public bool IsSettled => State is not (EdgeCommandState.Queued or EdgeCommandState.Acknowledged);

    /// <summary>The action's name in the contract, such as <c>get_status</c>.</summary>
    public string ActionName => CommandAction.Descriptor.Oneofs[0].Accessor.GetCaseFieldDescriptor(Action)?.Name ?? "none";
}
