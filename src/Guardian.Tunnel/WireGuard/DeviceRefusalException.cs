namespace Guardian.Tunnel;

/// <summary>A device understood a request and said no, so a part of the request may have been carried out.</summary>
internal sealed class DeviceRefusalException(string message) : TunnelException(message);
