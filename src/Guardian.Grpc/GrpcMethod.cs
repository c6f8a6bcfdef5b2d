using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Guardian.Grpc;

/// <summary>One method of a protobuf service with its message types, checked against the descriptor when it is made. Immutable; keep it in a static field.</summary>
/// <typeparam name="TRequest">The generated class of the method's input.</typeparam>
/// <typeparam name="TResponse">The generated class of the method's output.</typeparam>
public sealed class GrpcMethod<TRequest, TResponse>
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    /// <summary>Finds the method and checks its types.</summary>
    /// <param name="service">The service, from the generated <c>…Reflection.Descriptor.Services</c>.</param>
    /// <param name="name">The method's name as written in the .proto file.</param>
    /// <exception cref="ArgumentException">The service has no such method, or the method has other message types.</exception>
    public GrpcMethod(ServiceDescriptor service, string name)
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentException.ThrowIfNullOrEmpty(name);
        MethodDescriptor method = service.FindMethodByName(name)
            ?? throw new ArgumentException($"Service {service.FullName} has no method '{name}'.", nameof(name));
        if (method.InputType.ClrType != typeof(TRequest) || method.OutputType.ClrType != typeof(TResponse))
        {
            throw new ArgumentException(
                $"Method {method.FullName} takes {method.InputType.FullName} and returns {method.OutputType.FullName}, "
                + $"not {typeof(TRequest).Name} and {typeof(TResponse).Name}.",
                nameof(name));
        }

        Descriptor = method;
        FullName = $"{service.FullName}/{name}";
        Path = "/" + FullName;
        RequestParser = (MessageParser<TRequest>)method.InputType.Parser;
        ResponseParser = (MessageParser<TResponse>)method.OutputType.Parser;
    }

    /// <summary>The method's descriptor.</summary>
    public MethodDescriptor Descriptor { get; }

    /// <summary><c>package.Service/Method</c>.</summary>
    public string FullName { get; }

    /// <summary>The HTTP path: <see cref="FullName"/> after a slash.</summary>
    public string Path { get; }

    internal MessageParser<TRequest> RequestParser { get; }

    internal MessageParser<TResponse> ResponseParser { get; }
}
