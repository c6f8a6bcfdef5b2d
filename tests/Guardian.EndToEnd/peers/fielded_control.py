"""An edge in the field that is commanded: a C-core gRPC server of edge.control, without TLS, as it serves within its tunnel.

Arguments: the contract and the port. Says "listening", then each call as a JSON line, until it is killed.
"""
import json
import sys
from concurrent import futures

import grpc

from fielded_contract import FieldedContract

contract = FieldedContract(sys.argv[1])
config = '{"fps": 5}'


def tell(**what):
    print(json.dumps(what), flush=True)


def reply(name, **fields):
    return contract.message("edge.control." + name)(**fields)


def get_config(request, context):
    tell(call="GetConfig", peer=context.peer())
    return reply("GetConfigResponse", success=True, config_json=config)


def update_config(request, context):
    global config
    tell(call="UpdateConfig", config=request.config_json)
    if "fps" not in json.loads(request.config_json):
        return reply("UpdateConfigResponse", success=False, error_message="fps is missing")
    config = request.config_json
    return reply("UpdateConfigResponse", success=True)


def restart_service(request, context):
    tell(call="RestartService", service=request.service_name)
    if request.service_name != "detector":
        return reply("RestartServiceResponse", success=False, error_message="there is no " + request.service_name)
    return reply("RestartServiceResponse", success=True)


def handler(name, function):
    """SyncCapabilities is the node's to serve, so an edge leaves it out."""
    return grpc.unary_unary_rpc_method_handler(
        function, request_deserializer=contract.message(f"edge.control.{name}Request").FromString, response_serializer=lambda m: m.SerializeToString())


functions = {"GetConfig": get_config, "UpdateConfig": update_config, "RestartService": restart_service}
server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("edge.control.ControlService", {n: handler(n, f) for n, f in functions.items()}),))
if server.add_insecure_port("127.0.0.1:" + sys.argv[2]) == 0:
    raise SystemExit("the port is taken")
server.start()
print("listening", flush=True)
server.wait_for_termination()
