using Guardian.SceneSets;

namespace Guardian.Bench.Scenes;

/// <summary>Holds the frames of the street video while its sets are used.</summary>
internal sealed class VideoFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("guardian-scenes-").FullName;

    /// <returns>None when the video is not there.</returns>
    public IEnumerable<SceneSet> Sets() => File.Exists(StreetVideo.Path)
        ? [StreetVideo.Pedestrians(Directory.CreateDirectory(Path.Combine(_folder, "pedestrians")).FullName), StreetVideo.EmptyStreet(Directory.CreateDirectory(Path.Combine(_folder, "empty")).FullName)]
        : [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
