"""Serves grpc.testing.TestService with C-core through grpcio on a free loopback port and prints it: server.py --descriptors FILE."""

import argparse
from concurrent import futures

import grpc

from contract import ECHO_INITIAL, ECHO_TRAILING, Contract


def echo(context):
    for name, value in context.invocation_metadata():
        if name == ECHO_INITIAL:
            context.send_initial_metadata(((name, value),))
        elif name == ECHO_TRAILING:
            context.set_trailing_metadata(((name, value),))


def abort_if_asked(request, context):
    if request.response_status.code:
        code = next(c for c in grpc.StatusCode if c.value[0] == request.response_status.code)
        context.abort(code, request.response_status.message)


class TestService:
    def __init__(self, contract):
        self._contract = contract

    def EmptyCall(self, request, context):
        echo(context)
        return request

    def UnaryCall(self, request, context):
        if request.response_compressed.value:
            context.set_compression(grpc.Compression.Gzip)
        echo(context)
        abort_if_asked(request, context)
        return self._contract.message("SimpleResponse")(payload=self._contract.zeros(request.response_size))

    def StreamingOutputCall(self, request, context):
        echo(context)
        yield from self._respond(request)

    def StreamingInputCall(self, requests, context):
        size = sum(len(r.payload.body) for r in requests)
        return self._contract.message("StreamingInputCallResponse")(aggregated_payload_size=size)

    def FullDuplexCall(self, requests, context):
        echo(context)
        for request in requests:
            abort_if_asked(request, context)
            yield from self._respond(request)

    def _respond(self, request):
        for parameters in request.response_parameters:
            yield self._contract.message("StreamingOutputCallResponse")(payload=self._contract.zeros(parameters.size))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--descriptors", required=True)
    contract = Contract(parser.parse_args().descriptors)
    service = TestService(contract)
    kinds = {
        "EmptyCall": grpc.unary_unary_rpc_method_handler,
        "UnaryCall": grpc.unary_unary_rpc_method_handler,
        "StreamingOutputCall": grpc.unary_stream_rpc_method_handler,
        "StreamingInputCall": grpc.stream_unary_rpc_method_handler,
        "FullDuplexCall": grpc.stream_stream_rpc_method_handler,
    }
    methods = contract.methods("TestService")
    handlers = {
        name: make(getattr(service, name), request_deserializer=methods[name][1].FromString, response_serializer=methods[name][2].SerializeToString)
        for name, make in kinds.items()
    }
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("grpc.testing.TestService", handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(f"listening on 127.0.0.1:{port}", flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    main()
