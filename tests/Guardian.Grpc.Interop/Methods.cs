using Google.Protobuf.Reflection;
using Guardian.Grpc.Interop.Testing;

namespace Guardian.Grpc.Interop;

/// <summary>The methods of the interop services.</summary>
public static class Methods
{
    public static readonly ServiceDescriptor TestService = TestReflection.Descriptor.Services.Single(s => s.Name == "TestService");
    public static readonly ServiceDescriptor UnimplementedService = TestReflection.Descriptor.Services.Single(s => s.Name == "UnimplementedService");

    public static readonly GrpcMethod<Empty, Empty> EmptyCall = new(TestService, "EmptyCall");
    public static readonly GrpcMethod<Empty, Empty> UnimplementedMethod = new(TestService, "UnimplementedCall");
    public static readonly GrpcMethod<Empty, Empty> UnimplementedServiceMethod = new(UnimplementedService, "UnimplementedCall");
    public static readonly GrpcMethod<SimpleRequest, SimpleResponse> UnaryCall = new(TestService, "UnaryCall");
    public static readonly GrpcMethod<StreamingInputCallRequest, StreamingInputCallResponse> StreamingInput = new(TestService, "StreamingInputCall");
    public static readonly GrpcMethod<StreamingOutputCallRequest, StreamingOutputCallResponse> StreamingOutput = new(TestService, "StreamingOutputCall");
    public static readonly GrpcMethod<StreamingOutputCallRequest, StreamingOutputCallResponse> FullDuplex = new(TestService, "FullDuplexCall");
    public static readonly GrpcMethod<StreamingOutputCallRequest, StreamingOutputCallResponse> HalfDuplex = new(TestService, "HalfDuplexCall");
}
