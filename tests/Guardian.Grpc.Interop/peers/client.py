"""Runs one interop case with C-core through grpcio: client.py --target HOST:PORT --case NAME --descriptors FILE. Exit code 0 or 1."""

import argparse
import queue
import sys
import traceback

import grpc

from contract import ECHO_INITIAL, ECHO_TRAILING, Contract

REQUEST_SIZES = [27182, 8, 1828, 45904]
RESPONSE_SIZES = [31415, 9, 2653, 58979]
STATUS_MESSAGE = "test status message"
SPECIAL_MESSAGE = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n"
ECHO = ((ECHO_INITIAL, "test_initial_metadata_value"), (ECHO_TRAILING, b"\xab\xab\xab"))


class Requests:
    """Requests that are written one by one, as an iterator for grpcio."""

    _END = object()

    def __init__(self):
        self._queue = queue.Queue()

    def write(self, message):
        self._queue.put(message)

    def complete(self):
        self._queue.put(self._END)

    def __iter__(self):
        return iter(self._queue.get, self._END)


class Client:
    def __init__(self, contract, channel):
        self.contract = contract
        self._channel = channel
        self._methods = contract.methods("TestService")
        self._absent = contract.methods("UnimplementedService")

    def _stub(self, make, method, methods=None):
        path, request, response = (methods or self._methods)[method]
        return make(path, request_serializer=request.SerializeToString, response_deserializer=response.FromString)

    def unary(self, method, absent=False):
        return self._stub(self._channel.unary_unary, method, self._absent if absent else None)

    def server_stream(self, method):
        return self._stub(self._channel.unary_stream, method)

    def client_stream(self, method):
        return self._stub(self._channel.stream_unary, method)

    def duplex(self, method):
        return self._stub(self._channel.stream_stream, method)

    def message(self, name, **fields):
        return self.contract.message(name)(**fields)

    def large(self, **fields):
        return self.message("SimpleRequest", response_size=314159, payload=self.contract.zeros(271828), **fields)

    def ask(self, response_size, request_size):
        return self.message(
            "StreamingOutputCallRequest",
            response_parameters=[self.message("ResponseParameters", size=response_size)],
            payload=self.contract.zeros(request_size),
        )


def require(holds, what):
    if not holds:
        raise AssertionError(what)


def fails(code, act):
    try:
        act()
    except grpc.RpcError as error:
        require(error.code() == code, f"status {error.code()} {error.details()}")
        return error
    raise AssertionError(f"the call succeeded; it should end with {code}")


def require_echo(call):
    initial = dict(call.initial_metadata())
    trailing = dict(call.trailing_metadata())
    require(initial.get(ECHO_INITIAL) == ECHO[0][1], "the headers do not echo")
    require(trailing.get(ECHO_TRAILING) == ECHO[1][1], "the trailers do not echo")


def empty_unary(c):
    c.unary("EmptyCall")(c.message("Empty"))


def large_unary(c):
    require(len(c.unary("UnaryCall")(c.large()).payload.body) == 314159, "size")


def client_streaming(c):
    requests = (c.message("StreamingInputCallRequest", payload=c.contract.zeros(n)) for n in REQUEST_SIZES)
    require(c.client_stream("StreamingInputCall")(requests).aggregated_payload_size == 74922, "sum")


def server_streaming(c):
    parameters = [c.message("ResponseParameters", size=n) for n in RESPONSE_SIZES]
    call = c.server_stream("StreamingOutputCall")(c.message("StreamingOutputCallRequest", response_parameters=parameters))
    require([len(m.payload.body) for m in call] == RESPONSE_SIZES, "sizes")


def ping_pong(c):
    requests = Requests()
    call = c.duplex("FullDuplexCall")(iter(requests))
    for response_size, request_size in zip(RESPONSE_SIZES, REQUEST_SIZES):
        requests.write(c.ask(response_size, request_size))
        require(len(next(call).payload.body) == response_size, "size")
    requests.complete()
    require(next(call, None) is None, "the stream did not end")


def empty_stream(c):
    require(list(c.duplex("FullDuplexCall")(iter(()))) == [], "the stream is not empty")


def cancel_after_begin(c):
    requests = Requests()
    call = c.client_stream("StreamingInputCall").future(iter(requests))
    call.cancel()
    requests.complete()
    require(call.cancelled() and call.code() == grpc.StatusCode.CANCELLED, "not cancelled")


def cancel_after_first_response(c):
    requests = Requests()
    call = c.duplex("FullDuplexCall")(iter(requests))
    requests.write(c.ask(31415, 27182))
    require(len(next(call).payload.body) == 31415, "size")
    call.cancel()
    requests.complete()
    fails(grpc.StatusCode.CANCELLED, lambda: next(call))


def timeout_on_sleeping_server(c):
    requests = Requests()
    requests.write(c.message("StreamingOutputCallRequest", payload=c.contract.zeros(27182)))
    call = c.duplex("FullDuplexCall")(iter(requests), timeout=0.001)
    fails(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: list(call))
    requests.complete()


def custom_metadata(c):
    _, unary = c.unary("UnaryCall").with_call(c.large(), metadata=ECHO)
    require_echo(unary)
    duplex = c.duplex("FullDuplexCall")(iter([c.ask(314159, 271828)]), metadata=ECHO)
    list(duplex)
    require_echo(duplex)


def status_code_and_message(c):
    status = c.message("EchoStatus", code=2, message=STATUS_MESSAGE)
    error = fails(grpc.StatusCode.UNKNOWN, lambda: c.unary("UnaryCall")(c.message("SimpleRequest", response_status=status)))
    require(error.details() == STATUS_MESSAGE, error.details())
    request = c.message("StreamingOutputCallRequest", response_status=status)
    error = fails(grpc.StatusCode.UNKNOWN, lambda: list(c.duplex("FullDuplexCall")(iter([request]))))
    require(error.details() == STATUS_MESSAGE, error.details())


def special_status_message(c):
    status = c.message("EchoStatus", code=2, message=SPECIAL_MESSAGE)
    error = fails(grpc.StatusCode.UNKNOWN, lambda: c.unary("UnaryCall")(c.message("SimpleRequest", response_status=status)))
    require(error.details() == SPECIAL_MESSAGE, repr(error.details()))


def unimplemented_method(c):
    fails(grpc.StatusCode.UNIMPLEMENTED, lambda: c.unary("UnimplementedCall")(c.message("Empty")))


def unimplemented_service(c):
    fails(grpc.StatusCode.UNIMPLEMENTED, lambda: c.unary("UnimplementedCall", absent=True)(c.message("Empty")))


def client_compressed_unary(c):
    claim = lambda value: c.large(expect_compressed=c.message("BoolValue", value=value))
    fails(grpc.StatusCode.INVALID_ARGUMENT, lambda: c.unary("UnaryCall")(claim(True)))
    packed = c.unary("UnaryCall")(claim(True), compression=grpc.Compression.Gzip)
    require(len(packed.payload.body) == 314159, "size")
    require(len(c.unary("UnaryCall")(claim(False)).payload.body) == 314159, "size")


def server_compressed_unary(c):
    """grpcio does not show the flag of a message; that the server sets it is for another client to see."""
    for value in (True, False):
        response = c.unary("UnaryCall")(c.large(response_compressed=c.message("BoolValue", value=value)))
        require(len(response.payload.body) == 314159, "size")


CASES = [
    empty_unary, large_unary, client_streaming, server_streaming, ping_pong, empty_stream, cancel_after_begin,
    cancel_after_first_response, timeout_on_sleeping_server, custom_metadata, status_code_and_message,
    special_status_message, unimplemented_method, unimplemented_service, client_compressed_unary, server_compressed_unary,
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", required=True)
    parser.add_argument("--case", required=True, choices=[c.__name__ for c in CASES])
    parser.add_argument("--descriptors", required=True)
    options = parser.parse_args()
    run = next(c for c in CASES if c.__name__ == options.case)
    try:
        with grpc.insecure_channel(options.target) as channel:
            run(Client(Contract(options.descriptors), channel))
    except Exception:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
