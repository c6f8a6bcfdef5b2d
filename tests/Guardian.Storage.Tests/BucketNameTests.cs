namespace Guardian.Storage.Tests;

public sealed class BucketNameTests
{
    [Theory]
    [InlineData("front-door", "camera-front-door")]
    [InlineData("rtsp-192.168.1.100", "camera-rtsp-192.168.1.100")]
    public void an_id_that_fits_is_kept(string camera, string bucket) => Assert.Equal(bucket, BucketName.ForCamera(camera).ToString());

    [Theory]
    [InlineData("Front-Door", "front-door")]
    [InlineData("a_b", "a-b")]
    [InlineData("a:b", "a_b")]
    [InlineData("ends-", "ends")]
    [InlineData("a..b", "a.b")]
    [InlineData(".garage", "garage")]
    [InlineData("a.-b", "a-b")]
    [InlineData("a-.b", "a-b")]
    public void ids_that_look_alike_get_buckets_of_their_own(string one, string other)
    {
        string a = BucketName.ForCamera(one).ToString();
        Assert.NotEqual(a, BucketName.ForCamera(other).ToString());
        Assert.Equal(a, BucketName.Parse(a).ToString());
    }

    [Fact]
    public void an_id_cannot_pose_as_the_hashed_form_of_another()
    {
        string hashed = BucketName.ForCamera("Front-Door").ToString()["camera-".Length..];
        Assert.NotEqual("camera-" + hashed, BucketName.ForCamera(hashed).ToString());
    }

    [Fact]
    public void every_id_gives_a_valid_bucket()
    {
        var random = new Random(5);
        const string alphabet = "ABCabc019._:-";
        for (int i = 0; i < 10_000; i++)
        {
            string id = new([.. Enumerable.Range(0, random.Next(1, 129)).Select(_ => alphabet[random.Next(alphabet.Length)])]);
            BucketName.Parse(BucketName.ForCamera(id).ToString());
        }
    }

    [Theory]
    [InlineData("../etc")]
    [InlineData("a//b")]
    [InlineData("/a")]
    [InlineData("a/../b")]
    [InlineData("")]
    [InlineData("a b")]
    public void unsafe_keys_are_refused(string key) => Assert.Throws<ArgumentException>(() => ObjectKey.Parse(key));
}
