using System.Reflection;
using System.Text;

namespace Guardian.Testing;

/// <summary>Writes an assembly's public surface as sorted text, so that a change of it shows up in review as a diff.</summary>
internal static class PublicApiSurface
{
    /// <summary>
    /// Compares the surface with <c>PublicApi.txt</c> beside the test project. Set <c>GUARDIAN_ACCEPT_API=1</c> to write the file anew.
    /// </summary>
    public static void AssertUnchanged(Assembly assembly)
    {
        string file = Path.Combine(Repository.Root, "tests", $"{assembly.GetName().Name}.Tests", "PublicApi.txt");
        string actual = Describe(assembly);
        if (Environment.GetEnvironmentVariable("GUARDIAN_ACCEPT_API") == "1")
        {
            File.WriteAllText(file, actual);
        }

        string expected = File.Exists(file) ? File.ReadAllText(file) : "";
        Assert.True(expected == actual, $"The public API of {assembly.GetName().Name} changed. Review it, then run with GUARDIAN_ACCEPT_API=1.\n"
            + string.Join('\n', actual.Split('\n').Except(expected.Split('\n')).Select(l => "+ " + l)
                .Concat(expected.Split('\n').Except(actual.Split('\n')).Select(l => "- " + l))));
    }

    private static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            // Generated protobuf classes are described by their .proto file.
            if (type.GetInterfaces().Any(i => i.FullName == "Google.Protobuf.IMessage") || type.Namespace?.StartsWith("Guardian.Tunnel.Contract", StringComparison.Ordinal) == true)
            {
                continue;
            }

            text.Append(Kind(type)).Append(' ').AppendLine(Name(type));
            const BindingFlags declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
            IEnumerable<string> members = type.IsEnum
                ? Enum.GetNames(type).Select(n => $"{n} = {Convert.ToInt64(Enum.Parse(type, n), null)}")
                : type.GetMembers(declared).Where(Visible).Select(Member).Where(m => m.Length > 0);
            foreach (string member in members.Order(StringComparer.Ordinal))
            {
                text.Append("    ").AppendLine(member);
            }
        }

        return text.ToString().ReplaceLineEndings("\n");
    }

    private static string Kind(Type t) => t switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsSealed: true } => "sealed class",
        { IsAbstract: true } => "abstract class",
        _ => "class",
    };

    private static bool Visible(MemberInfo m) => m switch
    {
        MethodBase method => (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly) && (!method.IsSpecialName || method is ConstructorInfo || method.Name.StartsWith("op_", StringComparison.Ordinal)),
        FieldInfo field => field.IsPublic || field.IsFamily,
        PropertyInfo property => (property.GetMethod ?? property.SetMethod) is { } a && (a.IsPublic || a.IsFamily),
        EventInfo e => e.AddMethod is { IsPublic: true },
        _ => false,
    };

    private static string Member(MemberInfo m) => m switch
    {
        // What the compiler writes for records and overrides says nothing of its own.
        MethodInfo { Name: "ToString" or "Equals" or "GetHashCode" or "<Clone>$" or "PrintMembers" or "op_Equality" or "op_Inequality" or "Deconstruct" } => "",
        ConstructorInfo { IsStatic: true } => "",
        ConstructorInfo c => $".ctor({Parameters(c)})",
        MethodInfo x => $"{(x.IsStatic ? "static " : "")}{Name(x.ReturnType)} {x.Name}{Generics(x)}({Parameters(x)})",
        PropertyInfo p => $"{((p.GetMethod ?? p.SetMethod)!.IsStatic ? "static " : "")}{Name(p.PropertyType)} {p.Name} {{ {(p.GetMethod is { IsPublic: true } ? "get; " : "")}{(p.SetMethod is { IsPublic: true } s ? (IsInit(s) ? "init; " : "set; ") : "")}}}",
        FieldInfo f => $"{(f.IsLiteral ? "const " : f.IsStatic ? "static " : "")}{Name(f.FieldType)} {f.Name}",
        EventInfo e => $"event {Name(e.EventHandlerType!)} {e.Name}",
        _ => "",
    };

    private static bool IsInit(MethodInfo setter) => setter.ReturnParameter.GetRequiredCustomModifiers().Any(t => t.Name == "IsExternalInit");

    private static string Generics(MethodInfo m) => m.IsGenericMethodDefinition ? $"<{string.Join(", ", m.GetGenericArguments().Select(a => a.Name))}>" : "";

    private static string Parameters(MethodBase m) => string.Join(", ", m.GetParameters().Select(p => $"{Name(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? " = " + (p.DefaultValue ?? "default") : "")}"));

    private static string Name(Type t)
    {
        if (t.IsGenericParameter)
        {
            return t.Name;
        }

        if (t.IsArray)
        {
            return Name(t.GetElementType()!) + "[]";
        }

        if (Nullable.GetUnderlyingType(t) is { } inner)
        {
            return Name(inner) + "?";
        }

        string name = t.Namespace?.StartsWith("Guardian", StringComparison.Ordinal) == true ? (t.FullName ?? t.Name) : t.Name;
        return t.IsGenericType ? $"{name.Split('`')[0]}<{string.Join(", ", t.GetGenericArguments().Select(Name))}>" : name;
    }
}
