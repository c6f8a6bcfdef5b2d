"""The contract as it was: every field that was added since (20 and up) is unknown to whoever speaks through this module."""
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory


class FieldedContract:
    def __init__(self, path):
        files = descriptor_pb2.FileDescriptorSet()
        with open(path, "rb") as f:
            files.ParseFromString(f.read())
        self._pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            for message in file.message_type:
                kept = [field for field in message.field if field.number < 20]
                del message.field[:]
                message.field.extend(kept)
            self._pool.Add(file)
        self._factory = message_factory.MessageFactory(self._pool)

    def message(self, name):
        """The class of a message."""
        return self._factory.GetPrototype(self._pool.FindMessageTypeByName(name))
