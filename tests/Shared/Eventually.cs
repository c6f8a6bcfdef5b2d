using System.Diagnostics;

namespace Guardian.Testing;

/// <summary>Polls with a deadline, in place of sleeping and hoping.</summary>
internal static class Eventually
{
    public static async Task<T> GetAsync<T>(Func<Task<T?>> probe, string what, TimeSpan? within = null) where T : class
    {
        var watch = Stopwatch.StartNew();
        TimeSpan limit = within ?? TimeSpan.FromSeconds(30);
        while (true)
        {
            if (await probe() is { } found)
            {
                return found;
            }

            Assert.True(watch.Elapsed < limit, $"{what}: not within {limit.TotalSeconds:0} s");
            await Task.Delay(20);
        }
    }

    public static async Task IsTrueAsync(Func<Task<bool>> probe, string what, TimeSpan? within = null) =>
        await GetAsync(async () => await probe() ? "yes" : null, what, within);
}
