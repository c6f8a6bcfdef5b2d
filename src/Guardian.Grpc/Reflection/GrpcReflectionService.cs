using Google.Protobuf.Reflection;
using Guardian.Grpc.Reflection;
using Guardian.Grpc.Reflection.V1;

namespace Guardian.Grpc;

/// <summary>
/// The gRPC reflection service, <c>grpc.reflection.v1.ServerReflection</c>: tells tools such as grpcurl what a server serves, services added after it
/// among it. It shows the whole contract to whoever can connect; leave it out where that is no good.
/// </summary>
public sealed class GrpcReflectionService
{
    private readonly GrpcServer _server;
    private volatile DescriptorIndex _index = new([]);

    /// <summary>Makes the service.</summary>
    /// <param name="server">The server to describe.</param>
    public GrpcReflectionService(GrpcServer server)
    {
        ArgumentNullException.ThrowIfNull(server);
        _server = server;
    }

    internal static ServiceDescriptor Descriptor { get; } = ReflectionReflection.Descriptor.Services[0];

    // Made anew when services were added; two calls that make it at once make the same.
    private DescriptorIndex Index
    {
        get
        {
            IReadOnlyList<ServiceDescriptor> services = _server.Services;
            if (!ReferenceEquals(_index.Services, services))
            {
                _index = new DescriptorIndex(services);
            }

            return _index;
        }
    }

    internal void Bind(ServiceBinder binder) =>
        binder.Duplex<ServerReflectionRequest, ServerReflectionResponse>("ServerReflectionInfo", async call =>
        {
            await foreach (ServerReflectionRequest request in call.ReadAllAsync().ConfigureAwait(false))
            {
                await call.WriteAsync(Answer(request)).ConfigureAwait(false);
            }
        });

    private ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        DescriptorIndex index = Index;
        var response = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                response.ListServicesResponse = new ListServiceResponse
                {
                    Service = { index.Services.Select(s => s.FullName).Order(StringComparer.Ordinal).Select(name => new ServiceResponse { Name = name }) },
                };
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                AnswerFile(response, index.FindFile(request.FileByFilename), "no such file");
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                AnswerFile(response, index.FindSymbol(request.FileContainingSymbol), "no such symbol");
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension:
                ExtensionRequest extension = request.FileContainingExtension;
                AnswerFile(response, index.FindExtension(extension.ContainingType, extension.ExtensionNumber), "no such extension");
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType:
                AnswerNumbers(response, request.AllExtensionNumbersOfType, index.ExtensionNumbers(request.AllExtensionNumbersOfType));
                break;
            default:
                response.ErrorResponse = Error(StatusCode.InvalidArgument, "the request asks nothing that is known here");
                break;
        }

        return response;
    }

    private static void AnswerFile(ServerReflectionResponse response, FileDescriptor? file, string absent)
    {
        if (file is null)
        {
            response.ErrorResponse = Error(StatusCode.NotFound, absent);
        }
        else
        {
            response.FileDescriptorResponse = new FileDescriptorResponse { FileDescriptorProto = { DescriptorIndex.WithImports(file) } };
        }
    }

    private static void AnswerNumbers(ServerReflectionResponse response, string type, IEnumerable<int>? numbers)
    {
        if (numbers is null)
        {
            response.ErrorResponse = Error(StatusCode.NotFound, "no such message");
        }
        else
        {
            response.AllExtensionNumbersResponse = new ExtensionNumberResponse { BaseTypeName = type, ExtensionNumber = { numbers } };
        }
    }

    private static ErrorResponse Error(StatusCode status, string message) => new() { ErrorCode = (int)status, ErrorMessage = message };
}
