using System.CommandLine;
using System.Globalization;
using Guardian.Events;
using Guardian.ReferenceHost.Adapters;
using Guardian.ReferenceHost.Api;
using Guardian.Storage;
using Command = System.CommandLine.Command;

namespace Guardian.ReferenceHost.Commands;

/// <summary><c>archive …</c>: shows the archive's index and decides about what is in it, beside the running node.</summary>
internal static class ArchiveVerbs
{
    public static Command Create() => new("archive", "Shows what the archive holds; holds, erases and retries.") { Usage(), Objects(), Holds(), Hold(), Lift(), Erase(), Retry() };

    private static Command Usage()
    {
        var command = new Command("usage", "Prints what each camera uses of its quota.");
        command.SetAction(async (result, cancellationToken) =>
        {
            await using ArchiveRegister register = DataFolder.Of(result).OpenArchiveRegister();
            foreach (CameraUsage usage in await register.GetUsageAsync(cancellationToken))
            {
                string limit = usage.Limit is { } bytes ? $" of {bytes}{(usage.IsWarned ? ", nearly full" : "")}" : "";
                Console.WriteLine($"{usage.CameraId ?? "all cameras"}  {usage.Bytes}{limit} bytes in {usage.Objects} objects");
            }

            return 0;
        });
        return command;
    }

    private static Command Objects()
    {
        var camera = new Option<string?>("--camera") { Description = "Only of this camera." };
        var @event = new Option<Guid?>("--event") { Description = "Only of this event." };
        var status = new Option<SealedObjectStatus?>("--status") { Description = "Only those that stand there: receiving, pending, uploading, completed, deleting or failed." };
        var limit = new Option<int>("--limit") { Description = $"Objects at the most, 1 to {IndexQuery.MaxLimit}.", DefaultValueFactory = _ => 50 };
        var command = new Command("objects", "Prints the index, newest first.") { camera, @event, status, limit };
        command.SetAction(async (result, cancellationToken) =>
        {
            await using ArchiveRegister register = DataFolder.Of(result).OpenArchiveRegister();
            var query = new IndexQuery { CameraId = result.GetValue(camera), EventId = result.GetValue(@event), Status = result.GetValue(status), Limit = result.GetRequiredValue(limit) };
            IndexPage page = await register.QueryAsync(query, cancellationToken);
            foreach (SealedObjectInfo o in page.Objects)
            {
                string expires = o.ExpiresAt is { } at ? $"  until {Instant(at)}" : "";
                string error = o.LastError is { } last ? $"  {last}" : "";
                Console.WriteLine($"{Instant(o.CreatedAt)}  {o.CameraId}  {o.Id}  {o.Size}  {ApiMapping.Word(o.Status)}{expires}{error}");
            }

            if (page.NextCursor is not null)
            {
                Console.WriteLine("… and more: narrow the search, or raise --limit.");
            }

            return 0;
        });
        return command;
    }

    private static Command Holds()
    {
        var command = new Command("holds", "Prints the legal holds that stand.");
        command.SetAction(async (result, cancellationToken) =>
        {
            await using ArchiveRegister register = DataFolder.Of(result).OpenArchiveRegister();
            foreach (LegalHold hold in await register.ListHoldsAsync(cancellationToken))
            {
                Console.WriteLine($"{Instant(hold.PlacedAt)}  {ApiMapping.Word(hold.Kind)} {hold.Target}  {hold.Actor}  {hold.Reason}");
            }

            return 0;
        });
        return command;
    }

    private static Command Hold()
    {
        (Option<Guid?> ofEvent, Option<string?> ofCamera, Option<string> reason) = Target();
        var command = new Command("hold", "Places a legal hold: neither time, quota nor a request deletes what it protects.") { ofEvent, ofCamera, reason };
        command.SetAction(async (result, cancellationToken) =>
        {
            (HoldKind kind, string target) = Named(result.GetValue(ofEvent), result.GetValue(ofCamera));
            await using ArchiveRegister register = DataFolder.Of(result).OpenArchiveRegister();
            bool placed = await register.PlaceHoldAsync(kind, target, result.GetRequiredValue(reason), DataFolder.Actor, cancellationToken);
            Console.WriteLine(placed ? "Held." : "There is a hold on it already; it stays as it is.");
            return 0;
        });
        return command;
    }

    private static Command Lift()
    {
        (Option<Guid?> ofEvent, Option<string?> ofCamera, Option<string> reason) = Target();
        var command = new Command("lift", "Lifts a legal hold.") { ofEvent, ofCamera, reason };
        command.SetAction(async (result, cancellationToken) =>
        {
            (HoldKind kind, string target) = Named(result.GetValue(ofEvent), result.GetValue(ofCamera));
            await using ArchiveRegister register = DataFolder.Of(result).OpenArchiveRegister();
            bool lifted = await register.LiftHoldAsync(kind, target, result.GetRequiredValue(reason), DataFolder.Actor, cancellationToken);
            Console.WriteLine(lifted ? "Lifted." : "There is no hold on it.");
            return lifted ? 0 : 1;
        });
        return command;
    }

    private static Command Erase()
    {
        (Option<Guid?> ofEvent, Option<string?> ofCamera, Option<string> reason) = Target();
        var command = new Command("erase", "Erases everything of an event or a camera from timeline and archive. There is no way back.") { ofEvent, ofCamera, reason };
        command.SetAction(async (result, cancellationToken) =>
        {
            (HoldKind kind, string target) = Named(result.GetValue(ofEvent), result.GetValue(ofCamera));
            DataFolder data = DataFolder.Of(result);
            await using ArchiveRegister register = data.OpenArchiveRegister();
            await using SqliteEventStore events = data.OpenEvents();
            var erasure = new Erasure(register, events);
            string why = result.GetRequiredValue(reason);
            ErasureResult erased = kind == HoldKind.Event
                ? await erasure.EraseEventAsync(Guid.Parse(target), why, DataFolder.Actor, cancellationToken)
                : await erasure.EraseCameraAsync(target, why, DataFolder.Actor, cancellationToken);
            if (erased.IsRefused)
            {
                Console.WriteLine("A legal hold protects it ('archive holds'); nothing was erased.");
                return 1;
            }

            string held = erased.Held > 0 ? $" {erased.Held} objects stay under a legal hold." : "";
            Console.WriteLine($"{erased.Events} events are gone; {erased.Objects} objects go as soon as the node runs ('archive objects --status deleting' shows what is left).{held}");
            return 0;
        });
        return command;
    }

    private static Command Retry()
    {
        var command = new Command("retry", "Has what could not be archived, and was given up, tried again.");
        command.SetAction(async (result, cancellationToken) =>
        {
            await using ArchiveRegister register = DataFolder.Of(result).OpenArchiveRegister();
            Console.WriteLine($"{await register.RetryFailedAsync(cancellationToken)} objects are tried again.");
            return 0;
        });
        return command;
    }

    private static (Option<Guid?> OfEvent, Option<string?> OfCamera, Option<string> Reason) Target() => (
        new Option<Guid?>("--event") { Description = "The event's id." },
        new Option<string?>("--camera") { Description = "The camera's id." },
        new Option<string>("--reason") { Description = "Why, for the evidence log: 1 to 500 characters.", Required = true });

    private static (HoldKind Kind, string Target) Named(Guid? ofEvent, string? ofCamera) => (ofEvent, ofCamera) switch
    {
        ({ } id, null) => (HoldKind.Event, id.ToString()),
        (null, { } camera) => (HoldKind.Camera, camera),
        _ => throw new ArgumentException("--event or --camera: exactly one of them is needed"),
    };

    private static string Instant(DateTimeOffset at) => at.ToString("u", CultureInfo.InvariantCulture);
}
