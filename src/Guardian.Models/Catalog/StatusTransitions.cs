namespace Guardian.Models.Catalog;

/// <summary>Which status may follow which.</summary>
internal static class StatusTransitions
{
    public static bool Allows(ModelStatus from, ModelStatus to) => from == to || (from, to) switch
    {
        // A model in training has no file: only registering it makes it ready.
        (ModelStatus.Training, ModelStatus.Failed) => true,
        (ModelStatus.Ready, ModelStatus.Active or ModelStatus.Archived or ModelStatus.Failed) => true,
        (ModelStatus.Active, ModelStatus.Archived or ModelStatus.Failed) => true,
        (ModelStatus.Archived, ModelStatus.Active or ModelStatus.Ready or ModelStatus.Failed) => true,
        _ => false,
    };
}
