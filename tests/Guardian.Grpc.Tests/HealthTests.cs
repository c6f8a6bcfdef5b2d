using Guardian.Grpc.Health.V1;

namespace Guardian.Grpc.Tests;

public sealed class HealthTests
{
    private static readonly GrpcMethod<HealthCheckRequest, HealthCheckResponse> Watch = new(GrpcHealthService.Descriptor, "Watch");
    private static readonly GrpcMethod<HealthCheckRequest, HealthCheckResponse> Check = new(GrpcHealthService.Descriptor, "Check");

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_check_gives_the_present_status()
    {
        (TestServer server, GrpcHealthService health) = await StartAsync();
        await using TestServer running = server;
        using GrpcChannel channel = server.Connect();
        Assert.Equal(ServingStatus.Serving, await channel.CheckHealthAsync());
        health.SetStatus("a.B", ServingStatus.NotServing);
        Assert.Equal(ServingStatus.NotServing, await channel.CheckHealthAsync("a.B"));
        Assert.Equal(ServingStatus.ServiceUnknown, await channel.CheckHealthAsync("a.C"));
        await Rpc.FailsAsync(StatusCode.NotFound, () => channel.UnaryAsync(Check, new HealthCheckRequest { Service = "a.C" }));
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_watch_tells_each_change_and_also_of_a_name_that_comes_later()
    {
        (TestServer server, GrpcHealthService health) = await StartAsync();
        await using TestServer running = server;
        using GrpcChannel channel = server.Connect();
        using GrpcCall<HealthCheckRequest, HealthCheckResponse> watch = channel.StartCall(Watch, new HealthCheckRequest { Service = "a.B" });
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.ServiceUnknown, (await watch.ReadAsync())!.Status);
        health.SetStatus("other", ServingStatus.Serving);
        health.SetStatus("a.B", ServingStatus.Serving);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await watch.ReadAsync())!.Status);
        health.Stop();
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, (await watch.ReadAsync())!.Status);
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_stopping_host_does_not_wait_for_its_watches()
    {
        (TestServer server, _) = await StartAsync();
        await using TestServer running = server;
        using GrpcChannel channel = server.Connect();
        using GrpcCall<HealthCheckRequest, HealthCheckResponse> watch = channel.StartCall(Watch, new HealthCheckRequest());
        Assert.NotNull(await watch.ReadAsync());
        Task stopping = server.StopAsync(TimeSpan.FromSeconds(25));
        await Rpc.FailsAsync(StatusCode.Unavailable, async () => await watch.ReadAsync());
        await stopping;
    }

    [Fact]
    public void what_is_stopped_stays_stopped()
    {
        var health = new GrpcHealthService();
        health.Stop();
        health.SetStatus("", ServingStatus.Serving);
        health.SetStatus("new", ServingStatus.Serving);
        Assert.Equal(ServingStatus.NotServing, health.GetStatus(""));
        Assert.Equal(ServingStatus.NotServing, health.GetStatus("new"));
    }

    [Fact]
    public void names_are_bounded_and_a_status_must_be_one_that_can_be_set()
    {
        var health = new GrpcHealthService();
        for (int i = 1; i < GrpcHealthService.MaxServices; i++)
        {
            health.SetStatus($"s{i}", ServingStatus.Serving);
        }

        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => health.SetStatus("one more", ServingStatus.Serving));
        Assert.Contains("1000", e.Message, StringComparison.Ordinal);
        health.SetStatus("s1", ServingStatus.NotServing);
        Assert.Throws<ArgumentOutOfRangeException>(() => health.SetStatus("s1", ServingStatus.ServiceUnknown));
    }

    private static async Task<(TestServer Server, GrpcHealthService Health)> StartAsync()
    {
        var health = new GrpcHealthService();
        GrpcServer server = new GrpcServer(new GrpcServerOptions(), new TestServer.CollectingLogger()).AddHealth(health);
        return (await TestServer.StartAsync(server.HandleAsync), health);
    }
}
