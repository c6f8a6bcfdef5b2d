using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Guardian.Grpc.Reflection;

/// <summary>Finds the files of a set of services by file name, symbol and extension. Immutable.</summary>
internal sealed class DescriptorIndex
{
    private readonly Dictionary<string, FileDescriptor> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _symbols = new(StringComparer.Ordinal);
    private readonly HashSet<string> _messages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<int, FileDescriptor>> _extensions = new(StringComparer.Ordinal);

    public DescriptorIndex(IReadOnlyList<ServiceDescriptor> services)
    {
        Services = services;
        foreach (ServiceDescriptor service in services)
        {
            AddFile(service.File);
        }
    }

    public IReadOnlyList<ServiceDescriptor> Services { get; }

    public FileDescriptor? FindFile(string name) => _files.GetValueOrDefault(name);

    public FileDescriptor? FindSymbol(string fullName) => _symbols.GetValueOrDefault(fullName);

    public FileDescriptor? FindExtension(string messageType, int number) => _extensions.GetValueOrDefault(messageType)?.GetValueOrDefault(number);

    /// <summary>The numbers in ascending order, or null when there is no such message.</summary>
    public IEnumerable<int>? ExtensionNumbers(string messageType) =>
        _extensions.TryGetValue(messageType, out SortedDictionary<int, FileDescriptor>? byNumber) ? byNumber.Keys
        : _messages.Contains(messageType) ? []
        : null;

    /// <summary>A file and all that it imports, each once, the file itself first.</summary>
    public static IEnumerable<ByteString> WithImports(FileDescriptor file)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { file.Name };
        var queue = new Queue<FileDescriptor>([file]);
        while (queue.TryDequeue(out FileDescriptor? next))
        {
            yield return next.SerializedData;
            foreach (FileDescriptor import in next.Dependencies.Where(d => seen.Add(d.Name)))
            {
                queue.Enqueue(import);
            }
        }
    }

    private void AddFile(FileDescriptor file)
    {
        if (!_files.TryAdd(file.Name, file))
        {
            return;
        }

        foreach (ServiceDescriptor service in file.Services)
        {
            _symbols[service.FullName] = file;
            AddSymbols(file, service.Methods);
        }

        AddEnums(file, file.EnumTypes);
        AddExtensions(file, file.Extensions);
        foreach (MessageDescriptor message in file.MessageTypes)
        {
            AddMessage(file, message);
        }

        foreach (FileDescriptor import in file.Dependencies)
        {
            AddFile(import);
        }
    }

    private void AddMessage(FileDescriptor file, MessageDescriptor message)
    {
        _messages.Add(message.FullName);
        _symbols[message.FullName] = file;
        AddSymbols(file, message.Fields.InDeclarationOrder());
        AddSymbols(file, message.Oneofs);
        AddEnums(file, message.EnumTypes);
        AddExtensions(file, message.Extensions);
        foreach (MessageDescriptor nested in message.NestedTypes)
        {
            AddMessage(file, nested);
        }
    }

    private void AddEnums(FileDescriptor file, IList<EnumDescriptor> enums)
    {
        foreach (EnumDescriptor type in enums)
        {
            _symbols[type.FullName] = file;
            AddSymbols(file, type.Values);
        }
    }

    private void AddExtensions(FileDescriptor file, ExtensionCollection extensions)
    {
        AddSymbols(file, extensions.UnorderedExtensions);
        foreach (FieldDescriptor extension in extensions.UnorderedExtensions)
        {
            if (!_extensions.TryGetValue(extension.ExtendeeType.FullName, out SortedDictionary<int, FileDescriptor>? byNumber))
            {
                _extensions[extension.ExtendeeType.FullName] = byNumber = [];
            }

            byNumber[extension.FieldNumber] = file;
        }
    }

    private void AddSymbols(FileDescriptor file, IEnumerable<IDescriptor> descriptors)
    {
        foreach (IDescriptor descriptor in descriptors)
        {
            _symbols[descriptor.FullName] = file;
        }
    }
}
