namespace Guardian.Tunnel.Tests;

public sealed class ModelPaceTests
{
    [Fact]
    public void what_is_within_the_pace_goes_at_once_and_what_is_beyond_it_waits()
    {
        var time = new SteppedTime();
        var pace = new ModelPace(1_000_000, time);
        time.Now = TimeSpan.FromSeconds(10).Ticks;

        // 50 ms that were not used are 50 000 bytes.
        Assert.True(pace.WaitAsync(50_000, CancellationToken.None).IsCompleted);
        Assert.True(pace.WaitAsync(100_000, CancellationToken.None).IsCompleted);
        Task waits = pace.WaitAsync(1, CancellationToken.None);
        Assert.False(waits.IsCompleted);
        Assert.Equal(TimeSpan.FromMilliseconds(100), time.Asked);
        time.Now += TimeSpan.FromSeconds(1).Ticks;
        Assert.True(pace.WaitAsync(1, CancellationToken.None).IsCompleted);
    }

    /// <summary>A clock that stands, and remembers what was waited for; its timers never fire.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        public long Now { get; set; }

        public TimeSpan Asked { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Asked = dueTime;
            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
