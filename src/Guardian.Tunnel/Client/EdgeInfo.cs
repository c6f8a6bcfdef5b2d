namespace Guardian.Tunnel;

/// <summary>The content of <c>edge.json</c>.</summary>
/// <param name="EdgeId">The edge's id.</param>
/// <param name="Address">host:port of the edge API.</param>
/// <param name="EnrollmentAddress">host:port of the enrolment API; absent in files of earlier versions.</param>
internal sealed record EdgeInfo(string EdgeId, string Address, string? EnrollmentAddress = null);
