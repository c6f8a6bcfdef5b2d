using System.Diagnostics;
using Guardian.Grpc.Wire;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Guardian.Grpc.Server;

/// <summary>Runs one call from its headers to its status.</summary>
/// <remarks>
/// 1. Lift the limits of Kestrel that are made for web requests. 2. Start the deadline. 3. Run the handler. 4. Turn what it threw into a status;
/// this is the one place that does. 5. Send the status, unless nobody is there any more. 6. Record the call.
/// </remarks>
internal sealed class ServerCallRunner(GrpcServerOptions options, ILogger logger, TimeProvider timeProvider)
{
    public async Task RunAsync(HttpContext context, MethodHandler handler, bool gzip)
    {
        long started = timeProvider.GetTimestamp();
        using Activity? activity = StartActivity(context, handler.FullName);
        StatusCode status = StatusCode.Unknown;
        try
        {
            LiftWebLimits(context);
            status = await RunToStatusAsync(context, handler, gzip).ConfigureAwait(false);
        }
        finally
        {
            if (status != StatusCode.OK)
            {
                Log.CallFailed(logger, handler.FullName, status);
            }

            GrpcTelemetry.Record(GrpcTelemetry.ServerDuration, activity, handler.FullName, status, timeProvider.GetElapsedTime(started));
        }
    }

    private async Task<StatusCode> RunToStatusAsync(HttpContext context, MethodHandler handler, bool gzip)
    {
        TimeSpan? timeout = null;
        string? header = context.Request.Headers[Protocol.TimeoutHeader];
        if (header is not null)
        {
            timeout = TimeoutValue.Decode(header);
            if (timeout is null)
            {
                ResponseStatus.Write(context, null, StatusCode.Internal, "malformed grpc-timeout");
                return StatusCode.Internal;
            }

            timeout = TimeoutValue.ForTimer(timeout.Value);
        }

        using var idle = new IdleTimer(timeProvider) { Timeout = options.ReadIdleTimeout };
        using var lifetime = new CallLifetime(timeout, timeProvider, context.RequestAborted);
        ServerCall call = handler.CreateCall(context, new ServerCallSettings(gzip, options.MaxSendMessageSize, idle, lifetime));
        try
        {
            await handler.RunAsync(call).ConfigureAwait(false);
            if (!call.HeadersSent)
            {
                // Success is always headers and then trailers: some clients take a trailers-only OK for an error.
                await call.SendHeadersAsync().ConfigureAwait(false);
            }

            ResponseStatus.Write(context, call, StatusCode.OK, "");
            return StatusCode.OK;
        }
        catch (Exception e)
        {
            (StatusCode status, string detail) = ToStatus(e, lifetime);
            bool clientGone = context.RequestAborted.IsCancellationRequested;
            if (e is not (RpcException or OperationCanceledException) && !(clientGone && e is IOException))
            {
                Log.HandlerFailed(logger, handler.FullName, e);
            }

            if (clientGone)
            {
                return e is OperationCanceledException ? StatusCode.Cancelled : status;
            }

            ResponseStatus.Write(context, call, status, detail, (e as RpcException)?.Trailers);
            return status;
        }
    }

    // The text of a foreign exception never leaves: it may name files, queries or keys.
    private static (StatusCode Status, string Detail) ToStatus(Exception exception, CallLifetime lifetime) => exception switch
    {
        RpcException { StatusCode: > StatusCode.OK and <= StatusCode.Unauthenticated } e => (e.StatusCode, e.Detail),
        RpcException => (StatusCode.Unknown, "the handler failed with a status that is no failure"),
        _ when lifetime.EndedWith is { } e => (e.StatusCode, e.Detail),
        _ when lifetime.DeadlineHasPassed => (StatusCode.DeadlineExceeded, "deadline exceeded"),
        OperationCanceledException => (StatusCode.Cancelled, "cancelled"),
        BadHttpRequestException or ConnectionResetException => (StatusCode.Internal, "bad request stream"),
        _ => (StatusCode.Unknown, "exception in handler"),
    };

    // Long and slow streams are the protocol's business: messages are bounded one by one, silence by ReadIdleTimeout.
    private static void LiftWebLimits(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    private static Activity? StartActivity(HttpContext context, string method)
    {
        if (!GrpcTelemetry.Source.HasListeners())
        {
            return null;
        }

        if (Activity.Current is not null)
        {
            return GrpcTelemetry.Source.StartActivity(method, ActivityKind.Server);
        }

        // No activity of the web server's above this one: the caller's trace is still in the headers.
        ActivityContext.TryParse(context.Request.Headers.TraceParent, context.Request.Headers.TraceState, isRemote: true, out ActivityContext parent);
        return GrpcTelemetry.Source.StartActivity(method, ActivityKind.Server, parent);
    }
}
