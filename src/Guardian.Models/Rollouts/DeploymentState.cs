namespace Guardian.Models;

/// <summary>How far a model is on its way to an edge.</summary>
public enum DeploymentState
{
    /// <summary>The edge has not asked for the file yet.</summary>
    Pending,

    /// <summary>The edge has opened the file at least once.</summary>
    Downloading,

    /// <summary>The edge reported the right hash and works with the model.</summary>
    Active,

    /// <summary>The edge reported a failure, another hash or a wrong probe score.</summary>
    Failed,

    /// <summary>A later deployment for the same camera and edge took its place.</summary>
    Superseded,
}
