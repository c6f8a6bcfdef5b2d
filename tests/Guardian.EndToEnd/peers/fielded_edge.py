"""An edge in the field: C-core gRPC, the original contract, PEM files from 'enroll'. Exit code 0 when every answer is the expected one."""
import json
import os
import sys
import time
import uuid

import grpc

from fielded_contract import FieldedContract

contract, credentials, event_id, clip_file = sys.argv[1:]

fielded = FieldedContract(contract)
message = fielded.message


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


def fields(reply):
    """The names of what is set in an answer, as far as this edge knows it."""
    return {field.name for field, _ in reply.ListFields()}


Event = message("edge.events.Event")
now = time.time_ns()

capability = message("edge.control.CameraCapability")(camera_id="rtsp-192.168.1.100", name="Yard", type="rtsp", enabled=True, status="online", snapshot_required=True, required_snapshot_count=50)
capability.label_counts["normal"] = 3
reply = call("/edge.control.ControlService/SyncCapabilities", message("edge.control.SyncCapabilitiesRequest")(cameras=[capability], synced_at=now), "edge.control.SyncCapabilitiesResponse")
expect(reply.success and reply.error_message == "", reply)
expect(fields(reply) == {"success"}, "an answer of SyncCapabilities as it was, whatever was added")

event = Event(id=event_id, camera_id="rtsp-192.168.1.100", event_type="person_detected", timestamp=now, confidence=0.87, clip_path="/data/clips/1.mp4")
event.bounding_box.CopyFrom(message("edge.events.BoundingBox")(x1=10, y1=20, x2=110, y2=220, confidence=0.87, class_id=0, class_name="person"))
event.metadata["zone"] = "garden"
batch = [event] + [Event(id=str(uuid.uuid4()), camera_id=event.camera_id, event_type="motion", timestamp=now + i) for i in range(1, 4)]
for attempt in ("a batch", "the same batch again"):
    reply = call("/edge.events.EventService/SendEvents", message("edge.events.SendEventsRequest")(events=batch), "edge.events.SendEventsResponse")
    expect(fields(reply) == {"success", "received_count", "event_ids"}, (attempt, reply))
    expect(reply.success and reply.received_count == 4 and list(reply.event_ids) == [e.id for e in batch] and reply.error_message == "", (attempt, reply))

wrong = Event(id=str(uuid.uuid4()), camera_id=event.camera_id, event_type="Not A Type", timestamp=now)
good = Event(id=str(uuid.uuid4()), camera_id=event.camera_id, event_type="motion", timestamp=now)
reply = call("/edge.events.EventService/SendEvents", message("edge.events.SendEventsRequest")(events=[wrong, good]), "edge.events.SendEventsResponse")
expect(not reply.success and reply.received_count == 1 and list(reply.event_ids) == [good.id] and wrong.id in reply.error_message and "event_type" in reply.error_message, reply)

single = Event(id=str(uuid.uuid4()), camera_id=event.camera_id, event_type="motion", timestamp=now)
for attempt in ("one event", "the same event again"):
    reply = call("/edge.events.EventService/SendEvent", message("edge.events.SendEventRequest")(event=single), "edge.events.SendEventResponse")
    expect(fields(reply) == {"success", "event_id"} and reply.success and reply.event_id == single.id and reply.error_message == "", (attempt, reply))
reply = call("/edge.events.EventService/SendEvent", message("edge.events.SendEventRequest")(event=wrong), "edge.events.SendEventResponse")
expect(not reply.success and reply.event_id == wrong.id and "event_type" in reply.error_message, reply)

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

info = call("/edge.streaming.StreamingService/GetClipInfo", message("edge.streaming.GetClipInfoRequest")(event_id=single.id), "edge.streaming.GetClipInfoResponse")
expect(not info.success and info.size_bytes == 0 and info.error_message != "", info)
for attempt in ("a clip", "the same clip again"):
    reply = call("/edge.streaming.StreamingService/StreamClip", chunks(clip), "edge.streaming.StreamClipResponse", streaming=True)
    expect(fields(reply) == {"success", "total_bytes"} and reply.success and reply.total_bytes == len(clip) and reply.error_message == "", (attempt, reply))
info = call("/edge.streaming.StreamingService/GetClipInfo", message("edge.streaming.GetClipInfoRequest")(event_id=event_id, clip_path="/data/clips/1.mp4"), "edge.streaming.GetClipInfoResponse")
expect(info.success and info.size_bytes == len(clip) and info.format == "video/mp4" and info.duration_seconds == 0 and info.error_message == "", info)

telemetry = message("edge.telemetry.TelemetryData")(timestamp=now, edge_id="garage")
telemetry.system.CopyFrom(message("edge.telemetry.SystemMetrics")(
    cpu_usage_percent=12.5, memory_used_bytes=1 << 30, memory_total_bytes=4 << 30, disk_used_bytes=10 << 30, disk_total_bytes=40 << 30, disk_usage_percent=25))
telemetry.application.CopyFrom(message("edge.telemetry.ApplicationMetrics")(
    event_queue_length=2, active_cameras=1, ai_inference_time_ms=31.5, storage_clips_count=7, storage_clips_size_bytes=7 << 20))
telemetry.cameras.add(camera_id="rtsp-192.168.1.100", online=True, last_seen=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), status_message="")
reply = call("/edge.telemetry.TelemetryService/SendTelemetry", message("edge.telemetry.SendTelemetryRequest")(telemetry=telemetry), "edge.telemetry.SendTelemetryResponse")
expect(reply.success and reply.error_message == "", reply)
reply = call("/edge.telemetry.TelemetryService/Heartbeat", message("edge.telemetry.HeartbeatRequest")(timestamp=now, edge_id="garage"), "edge.telemetry.HeartbeatResponse")
expect(fields(reply) == {"success", "server_timestamp"} and reply.success and abs(reply.server_timestamp - time.time_ns()) < 60e9, reply)

# What the node serves of edge.control is SyncCapabilities; the rest is the edge's own.
try:
    call("/edge.control.ControlService/GetConfig", message("edge.control.GetConfigRequest")(), "edge.control.GetConfigResponse")
    raise SystemExit("the node answered what is the edge's to answer")
except grpc.RpcError as error:
    expect(error.code() == grpc.StatusCode.UNIMPLEMENTED, error)

# Without a certificate there is no conversation at all.
stranger = grpc.secure_channel(address, grpc.ssl_channel_credentials(read("ca.crt.pem")))
try:
    stranger.unary_unary("/edge.telemetry.TelemetryService/Heartbeat")(b"", timeout=10)
    raise SystemExit("a stranger was served")
except grpc.RpcError as error:
    expect(error.code() == grpc.StatusCode.UNAVAILABLE, error)
print("ok")
