using Google.Protobuf.Reflection;
using Guardian.Grpc.Interop;
using Guardian.Grpc.Reflection.V1;

namespace Guardian.Grpc.Tests;

public sealed class ReflectionTests : IAsyncLifetime
{
    private static readonly GrpcMethod<ServerReflectionRequest, ServerReflectionResponse> Info = new(GrpcReflectionService.Descriptor, "ServerReflectionInfo");

    private TestServer _server = null!;
    private GrpcChannel _channel = null!;

    public async Task InitializeAsync()
    {
        GrpcServer server = new GrpcServer(new GrpcServerOptions(), new TestServer.CollectingLogger())
            .AddReflection()
            .AddService(Methods.TestService, InteropService.Bind)
            .AddHealth(new GrpcHealthService());
        _server = await TestServer.StartAsync(server.HandleAsync);
        _channel = _server.Connect();
    }

    public async Task DisposeAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task every_bound_service_is_listed_also_one_added_later()
    {
        ServerReflectionResponse response = await AskAsync(new ServerReflectionRequest { ListServices = "*" });
        Assert.Equal(
            ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.testing.TestService"],
            response.ListServicesResponse.Service.Select(s => s.Name));
    }

    [Theory(Timeout = Rpc.Limit)]
    [InlineData("grpc.testing.TestService", "grpc/testing/test.proto")]
    [InlineData("grpc.testing.TestService.UnaryCall", "grpc/testing/test.proto")]
    [InlineData("grpc.testing.Payload", "grpc/testing/messages.proto")]
    [InlineData("grpc.testing.Payload.body", "grpc/testing/messages.proto")]
    [InlineData("grpc.testing.PayloadType", "grpc/testing/messages.proto")]
    [InlineData("grpc.health.v1.HealthCheckResponse.ServingStatus", "grpc/health/v1/health.proto")]
    public async Task a_symbol_leads_to_its_file(string symbol, string file)
    {
        ServerReflectionResponse response = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol, Host = "h" });
        Assert.Equal(file, Files(response)[0].Name);
        Assert.Equal(("h", symbol), (response.ValidHost, response.OriginalRequest.FileContainingSymbol));
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task a_file_comes_with_its_imports_each_once()
    {
        ServerReflectionResponse response = await AskAsync(new ServerReflectionRequest { FileByFilename = "grpc/testing/test.proto" });
        Assert.Equal(["grpc/testing/test.proto", "grpc/testing/empty.proto", "grpc/testing/messages.proto"], Files(response).Select(f => f.Name));
    }

    [Fact(Timeout = Rpc.Limit)]
    public async Task what_is_not_there_is_an_error_in_the_answer_and_the_stream_goes_on()
    {
        ServerReflectionRequest[] questions =
        [
            new() { FileByFilename = "nope.proto" },
            new() { FileContainingSymbol = "no.Such" },
            new() { FileContainingExtension = new ExtensionRequest { ContainingType = "grpc.testing.Payload", ExtensionNumber = 100 } },
            new() { AllExtensionNumbersOfType = "no.Such" },
        ];
        using GrpcCall<ServerReflectionRequest, ServerReflectionResponse> call = _channel.StartCall(Info);
        foreach (ServerReflectionRequest question in questions)
        {
            await call.WriteAsync(question);
            Assert.Equal((int)StatusCode.NotFound, (await call.ReadAsync())!.ErrorResponse.ErrorCode);
        }

        await call.WriteAsync(new ServerReflectionRequest());
        Assert.Equal((int)StatusCode.InvalidArgument, (await call.ReadAsync())!.ErrorResponse.ErrorCode);
        await call.WriteAsync(new ServerReflectionRequest { AllExtensionNumbersOfType = "grpc.testing.Payload" });
        Assert.Empty((await call.ReadAsync())!.AllExtensionNumbersResponse.ExtensionNumber);
        await call.CompleteAsync();
        Assert.Null(await call.ReadAsync());
    }

    private static List<FileDescriptorProto> Files(ServerReflectionResponse response) =>
        [.. response.FileDescriptorResponse.FileDescriptorProto.Select(FileDescriptorProto.Parser.ParseFrom)];

    private async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest question)
    {
        using GrpcCall<ServerReflectionRequest, ServerReflectionResponse> call = _channel.StartCall(Info);
        await call.WriteAsync(question);
        await call.CompleteAsync();
        return await call.ResponseAsync();
    }
}
