using System.Globalization;
using Guardian.SceneSets;

string root = args[0];
int seed = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1;
string video = Directory.CreateTempSubdirectory("scenes").FullName;
foreach (Func<SceneSet> make in new Func<SceneSet>[] { () => StreetVideo.Pedestrians(Directory.CreateDirectory(Path.Combine(video, "a")).FullName), () => StreetVideo.EmptyStreet(Directory.CreateDirectory(Path.Combine(video, "b")).FullName) })
{
    Write(make());
}

foreach (SceneSet set in Scenes.All(seed))
{
    Write(set);
}

void Write(SceneSet set)
{
    string folder = Path.Combine(root, set.Name);
    Directory.CreateDirectory(Path.Combine(folder, "normal"));
    Directory.CreateDirectory(Path.Combine(folder, "judge"));
    int i = 0;
    foreach (byte[] jpeg in set.Training)
    {
        File.WriteAllBytes(Path.Combine(folder, "normal", $"{i++:00000}.jpg"), jpeg);
    }

    i = 0;
    foreach (SceneFrame frame in set.Judging)
    {
        File.WriteAllBytes(Path.Combine(folder, "judge", $"{i++:00000}_{frame.Kind?.ToString() ?? "normal"}_{frame.Condition.Replace(' ', '-')}_{frame.Event}.jpg"), frame.Jpeg);
    }

    Console.WriteLine($"{set.Name}: {i}");
}
