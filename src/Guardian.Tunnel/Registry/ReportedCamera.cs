namespace Guardian.Tunnel;

/// <summary>A camera as an edge reports it.</summary>
/// <param name="Id">1 to 128 characters of <c>A-Z a-z 0-9 . _ : -</c>.</param>
/// <param name="Name">Up to 128 characters.</param>
/// <param name="Type">Up to 32 characters.</param>
/// <param name="Enabled">Whether the edge uses it.</param>
/// <param name="Status">Up to 32 characters.</param>
/// <param name="RequiredSnapshots">Normal snapshots wanted before training, or 0 for the node's default.</param>
/// <param name="LabelledSnapshots">Labelled snapshots that the edge holds.</param>
/// <param name="Labels">How many of each label the edge holds: at most 32 labels of 1 to 32 characters.</param>
internal sealed record ReportedCamera(
    string Id, string Name, string Type, bool Enabled, string Status, int RequiredSnapshots, int LabelledSnapshots, IReadOnlyDictionary<string, int> Labels);
