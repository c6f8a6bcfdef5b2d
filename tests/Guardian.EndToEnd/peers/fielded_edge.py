"""An edge in the field: C-core gRPC, the original contract, PEM files from 'enroll'. Exit code 0 when every answer is the expected one."""
import json
import os
import sys
import time

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

contract, credentials, event_id, clip_file = sys.argv[1:]

# The contract as it was: every field that was added since (20 and up), and every message only they use, is unknown here.
files = descriptor_pb2.FileDescriptorSet()
with open(contract, "rb") as f:
    files.ParseFromString(f.read())
pool = descriptor_pool.DescriptorPool()
for file in files.file:
    for message in file.message_type:
        kept = [field for field in message.field if field.number < 20]
        del message.field[:]
        message.field.extend(kept)
    pool.Add(file)
factory = message_factory.MessageFactory(pool)


def message(name):
    return factory.GetPrototype(pool.FindMessageTypeByName(name))


def read(name):
    with open(os.path.join(credentials, name), "rb") as f:
        return f.read()


address = json.loads(read("edge.json"))["address"]
channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(read("ca.crt.pem"), read("edge.key.pem"), read("edge.crt.pem")))


def call(path, request, reply, streaming=False):
    kind = channel.stream_unary if streaming else channel.unary_unary
    return kind(path, request_serializer=lambda m: m.SerializeToString(), response_deserializer=message(reply).FromString)(request, timeout=30)


def expect(condition, what):
    if not condition:
        raise SystemExit(f"not as expected: {what}")


Event = message("edge.events.Event")
now = time.time_ns()

capability = message("edge.control.CameraCapability")(camera_id="rtsp-192.168.1.100", name="Yard", type="rtsp", enabled=True, status="online", snapshot_required=True, required_snapshot_count=50)
capability.label_counts["normal"] = 3
reply = call("/edge.control.ControlService/SyncCapabilities", message("edge.control.SyncCapabilitiesRequest")(cameras=[capability], synced_at=now), "edge.control.SyncCapabilitiesResponse")
expect(reply.success and reply.error_message == "", reply)

event = Event(id=event_id, camera_id="rtsp-192.168.1.100", event_type="person_detected", timestamp=now, confidence=0.87, clip_path="/data/clips/1.mp4")
event.bounding_box.CopyFrom(message("edge.events.BoundingBox")(x1=10, y1=20, x2=110, y2=220, confidence=0.87, class_id=0, class_name="person"))
event.metadata["zone"] = "garden"
reply = call("/edge.events.EventService/SendEvents", message("edge.events.SendEventsRequest")(events=[event]), "edge.events.SendEventsResponse")
expect(reply.success and reply.received_count == 1 and list(reply.event_ids) == [event_id], reply)
reply = call("/edge.events.EventService/SendEvent", message("edge.events.SendEventRequest")(event=event), "edge.events.SendEventResponse")
expect(reply.success and reply.event_id == event_id, reply)

Chunk = message("edge.streaming.StreamClipChunk")
with open(clip_file, "rb") as f:
    clip = f.read()


def chunks(data):
    header = message("edge.streaming.StreamClipHeader")(event_id=event_id, clip_path="/data/clips/1.mp4", start_offset=0, total_size=len(data))
    yield Chunk(header=header)
    step = 64 * 1024
    for at in range(0, len(data), step):
        yield Chunk(data=data[at:at + step], offset=at, eof=at + step >= len(data))


try:
    plain = b"\0\0\0\x20ftypisom" + bytes(len(clip) - 12)
    call("/edge.streaming.StreamingService/StreamClip", chunks(plain), "edge.streaming.StreamClipResponse", streaming=True)
    raise SystemExit("an unsealed clip was taken")
except grpc.RpcError as error:
    expect(error.code() == grpc.StatusCode.FAILED_PRECONDITION and "not sealed" in error.details(), error)

reply = call("/edge.streaming.StreamingService/StreamClip", chunks(clip), "edge.streaming.StreamClipResponse", streaming=True)
expect(reply.success and reply.total_bytes == len(clip), reply)
info = call("/edge.streaming.StreamingService/GetClipInfo", message("edge.streaming.GetClipInfoRequest")(event_id=event_id), "edge.streaming.GetClipInfoResponse")
expect(info.success and info.size_bytes == len(clip) and info.format == "video/mp4", info)

telemetry = message("edge.telemetry.TelemetryData")(timestamp=now, edge_id="garage")
telemetry.system.CopyFrom(message("edge.telemetry.SystemMetrics")(cpu_usage_percent=12.5, memory_used_bytes=1 << 30, memory_total_bytes=4 << 30))
reply = call("/edge.telemetry.TelemetryService/SendTelemetry", message("edge.telemetry.SendTelemetryRequest")(telemetry=telemetry), "edge.telemetry.SendTelemetryResponse")
expect(reply.success, reply)
reply = call("/edge.telemetry.TelemetryService/Heartbeat", message("edge.telemetry.HeartbeatRequest")(timestamp=now, edge_id="garage"), "edge.telemetry.HeartbeatResponse")
expect(reply.success and abs(reply.server_timestamp - time.time_ns()) < 60e9, reply)

# Without a certificate there is no conversation at all.
stranger = grpc.secure_channel(address, grpc.ssl_channel_credentials(read("ca.crt.pem")))
try:
    stranger.unary_unary("/edge.telemetry.TelemetryService/Heartbeat")(b"", timeout=10)
    raise SystemExit("a stranger was served")
except grpc.RpcError as error:
    expect(error.code() == grpc.StatusCode.UNAVAILABLE, error)
print("ok")
