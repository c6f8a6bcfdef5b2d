using Guardian.Grpc;
using Guardian.Tunnel.Contract;

namespace Guardian.Tunnel;

/// <summary>The edge contract's methods, as both ends call them.</summary>
internal static class EdgeMethods
{
    public static readonly GrpcMethod<GetAuthorityRequest, GetAuthorityResponse> GetAuthority = new(EnrollmentReflection.Descriptor.Services[0], nameof(GetAuthority));
    public static readonly GrpcMethod<EnrollRequest, EnrollResponse> Enroll = new(EnrollmentReflection.Descriptor.Services[0], nameof(Enroll));
    public static readonly GrpcMethod<RenewCertificateRequest, RenewCertificateResponse> RenewCertificate = new(EnrollmentReflection.Descriptor.Services[0], nameof(RenewCertificate));
    public static readonly GrpcMethod<GetTunnelRequest, GetTunnelResponse> GetTunnel = new(EnrollmentReflection.Descriptor.Services[0], nameof(GetTunnel));
    public static readonly GrpcMethod<EdgeMessage, NodeMessage> Connect = new(CommandsReflection.Descriptor.Services[0], nameof(Connect));
    public static readonly GrpcMethod<GetConfigRequest, GetConfigResponse> GetConfig = new(ControlReflection.Descriptor.Services[0], nameof(GetConfig));
    public static readonly GrpcMethod<UpdateConfigRequest, UpdateConfigResponse> UpdateConfig = new(ControlReflection.Descriptor.Services[0], nameof(UpdateConfig));
    public static readonly GrpcMethod<RestartServiceRequest, RestartServiceResponse> RestartService = new(ControlReflection.Descriptor.Services[0], nameof(RestartService));
    public static readonly GrpcMethod<SendEventsRequest, SendEventsResponse> SendEvents = new(EventsReflection.Descriptor.Services[0], nameof(SendEvents));
    public static readonly GrpcMethod<StreamClipChunk, StreamClipResponse> StreamClip = new(StreamingReflection.Descriptor.Services[0], nameof(StreamClip));
    public static readonly GrpcMethod<GetClipInfoRequest, GetClipInfoResponse> GetClipInfo = new(StreamingReflection.Descriptor.Services[0], nameof(GetClipInfo));
    public static readonly GrpcMethod<SendTelemetryRequest, SendTelemetryResponse> SendTelemetry = new(TelemetryReflection.Descriptor.Services[0], nameof(SendTelemetry));
    public static readonly GrpcMethod<HeartbeatRequest, HeartbeatResponse> Heartbeat = new(TelemetryReflection.Descriptor.Services[0], nameof(Heartbeat));
    public static readonly GrpcMethod<SyncCapabilitiesRequest, SyncCapabilitiesResponse> SyncCapabilities = new(ControlReflection.Descriptor.Services[0], nameof(SyncCapabilities));
    public static readonly GrpcMethod<UploadSnapshotRequest, UploadSnapshotResponse> UploadSnapshots = new(DatasetsReflection.Descriptor.Services[0], nameof(UploadSnapshots));
    public static readonly GrpcMethod<WatchDeploymentsRequest, Deployment> WatchDeployments = new(ModelsReflection.Descriptor.Services[0], nameof(WatchDeployments));
    public static readonly GrpcMethod<DownloadModelRequest, ModelChunk> DownloadModel = new(ModelsReflection.Descriptor.Services[0], nameof(DownloadModel));
    public static readonly GrpcMethod<ReportDeploymentRequest, ReportDeploymentResponse> ReportDeployment = new(ModelsReflection.Descriptor.Services[0], nameof(ReportDeployment));
}
