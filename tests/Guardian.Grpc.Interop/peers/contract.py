"""The interop contract for Python, made at run time from the FileDescriptorSet that the program beside writes (descriptors --out FILE)."""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

ECHO_INITIAL = "x-grpc-test-echo-initial"
ECHO_TRAILING = "x-grpc-test-echo-trailing-bin"
PACKAGE = "grpc.testing."


class Contract:
    def __init__(self, path):
        files = descriptor_pb2.FileDescriptorSet()
        with open(path, "rb") as source:
            files.ParseFromString(source.read())
        self._pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            self._pool.Add(file)
        self._factory = message_factory.MessageFactory(self._pool)

    def message(self, name):
        return self._factory.GetPrototype(self._pool.FindMessageTypeByName(PACKAGE + name))

    def zeros(self, size):
        return self.message("Payload")(body=bytes(size))

    def methods(self, service):
        """The methods of a service by name: (path, request class, response class)."""
        found = self._pool.FindServiceByName(PACKAGE + service)
        return {
            m.name: (
                "/" + found.full_name + "/" + m.name,
                self._factory.GetPrototype(m.input_type),
                self._factory.GetPrototype(m.output_type),
            )
            for m in found.methods
        }
