namespace Guardian.Analysis.Tests.Baseline;

public sealed class CameraBaselineTests
{
    [Fact]
    public void an_empty_baseline_says_one_half_to_everything()
    {
        CameraBaseline baseline = CameraBaseline.Empty("a");
        Assert.False(baseline.IsKnown);
        Assert.Equal(0.5, baseline.Activity);
        Assert.Equal(0.5, baseline.ActivityAt(3));
        Assert.Equal(0.5, baseline.LabelFrequency("car"));
        Assert.Equal(0.5, baseline.FrequencyAt(Sample.Box("car", 10, 10), Sample.Width, Sample.Height));
        Assert.Equal((0d, 0d, 0L), (baseline.TypicalCount, baseline.CountDeviation, baseline.MaxCount));
    }

    [Fact]
    public void an_hour_of_little_knowledge_is_drawn_toward_the_whole_day()
    {
        BaselineHour[] hours = [.. Enumerable.Repeat(BaselineHour.Empty, 24)];
        hours[10] = new BaselineHour { Frames = 100, ActiveFrames = 50, Objects = 50, SquaredObjects = 50, MaxObjects = 1 };
        hours[3] = new BaselineHour { Frames = 2 };
        var baseline = new CameraBaseline("a", hours, new Dictionary<string, long>());
        double day = 50.5 / 103;
        Assert.Equal(day, baseline.Activity, 1e-9);
        Assert.Equal(8 * day / 10, baseline.ActivityAt(3), 1e-9);
        Assert.Equal(day, baseline.ActivityAt(4), 1e-9);
    }

    [Fact]
    public void boxes_outside_the_frame_and_hours_outside_the_day_are_answered_or_refused()
    {
        CameraBaseline baseline = Sample.EmptyScene();
        Assert.Equal(0.5, baseline.FrequencyAt(Sample.Box("car", -500, 0), Sample.Width, Sample.Height));
        Assert.Throws<ArgumentOutOfRangeException>(() => baseline.ActivityAt(24));
        Assert.Throws<ArgumentOutOfRangeException>(() => baseline.FrequencyAt(Sample.Box("car", 0, 0), 0, 10));
        Assert.Throws<ArgumentException>(() => new CameraBaseline("a", [BaselineHour.Empty], new Dictionary<string, long>()));
    }

    [Fact]
    public void a_cell_counts_when_a_quarter_of_it_or_the_centre_is_covered()
    {
        // Cells are 40×40 of 640×480.
        Assert.Equal([0, 1, 16, 17], BaselineGrid.Covered([new DetectedObject("a", 1, 20, 20, 40, 40)], 640, 480));
        Assert.Equal([0], BaselineGrid.Covered([new DetectedObject("a", 1, 0, 0, 45, 45)], 640, 480));
        Assert.Equal([17], BaselineGrid.Covered([new DetectedObject("a", 1, 50, 50, 2, 2)], 640, 480));
        Assert.Equal([191], BaselineGrid.Covered([new DetectedObject("a", 1, 600, 440, 400, 400)], 640, 480));
        Assert.Empty(BaselineGrid.Covered([new DetectedObject("a", 1, 700, 500, 10, 10), new DetectedObject("a", 1, -50, 0, 20, 20)], 640, 480));
    }
}
