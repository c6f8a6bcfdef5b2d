namespace Guardian.Tunnel;

/// <summary>How far a camera is on its way to a model of its own.</summary>
public enum CameraReadinessState
{
    /// <summary>Fewer labelled normal snapshots than required are here.</summary>
    NeedsSnapshots = 1,

    /// <summary>Enough are here.</summary>
    ReadyForTraining = 2,

    /// <summary>Its model is being trained.</summary>
    TrainingInProgress = 3,

    /// <summary>It has a model.</summary>
    Trained = 4,
}
