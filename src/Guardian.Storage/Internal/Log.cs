using Microsoft.Extensions.Logging;

namespace Guardian.Storage;

/// <summary>Event ids 4000–4999 belong to this package.</summary>
internal static partial class Log
{
    [LoggerMessage(4001, LogLevel.Information, "Archived {ObjectId} in {Bucket}, {Size} bytes")]
    public static partial void Archived(ILogger logger, SealedObjectId objectId, BucketName bucket, long size);

    [LoggerMessage(4002, LogLevel.Warning, "Archiving {ObjectId} failed, attempt {Attempt}; next in {Wait}")]
    public static partial void ArchiveFailed(ILogger logger, SealedObjectId objectId, int attempt, TimeSpan wait, Exception error);

    [LoggerMessage(4003, LogLevel.Error, "The archive outbox could not read or write its index")]
    public static partial void OutboxFailed(ILogger logger, Exception error);

    [LoggerMessage(4004, LogLevel.Information, "Dropped the unfinished upload of {ObjectId}, {Size} bytes: nobody resumed it")]
    public static partial void PartialDropped(ILogger logger, SealedObjectId objectId, long size);

    [LoggerMessage(4050, LogLevel.Error, "The evidence log could not take its queue into the tree")]
    public static partial void EvidenceFailed(ILogger logger, Exception error);

    [LoggerMessage(4051, LogLevel.Error, "The evidence log's checkpoint of {Size} entries could not be published")]
    public static partial void PublishFailed(ILogger logger, long size, Exception error);

    [LoggerMessage(4052, LogLevel.Error, "The link key {File} is not 64 hexadecimal digits; links of it are not accepted")]
    public static partial void LinkKeyMalformed(ILogger logger, string file);

    [LoggerMessage(4053, LogLevel.Error, "The link key {File} cannot be read; links of it are not accepted")]
    public static partial void LinkKeyUnreadable(ILogger logger, string file, Exception error);

    [LoggerMessage(4005, LogLevel.Error, "{ObjectId} cannot be archived; its bytes stay in the spool")]
    public static partial void Unarchivable(ILogger logger, SealedObjectId objectId, Exception error);

    [LoggerMessage(4006, LogLevel.Error, "The archive store is down; it is tried again in {Pause}")]
    public static partial void StoreDown(ILogger logger, TimeSpan pause);

    [LoggerMessage(4007, LogLevel.Information, "The archive store is up again")]
    public static partial void StoreUp(ILogger logger);

    [LoggerMessage(4010, LogLevel.Information, "Deleted {ObjectId} from {Bucket}")]
    public static partial void Deleted(ILogger logger, SealedObjectId objectId, BucketName bucket);

    [LoggerMessage(4011, LogLevel.Warning, "Deleting {ObjectId} failed; it is tried again")]
    public static partial void DeletionFailed(ILogger logger, SealedObjectId objectId, Exception error);

    [LoggerMessage(4012, LogLevel.Error, "The archive's upkeep could not read or write its index")]
    public static partial void UpkeepFailed(ILogger logger, Exception error);

    [LoggerMessage(4013, LogLevel.Warning, "Quota: {Who} at {Bytes} of {Limit} bytes")]
    public static partial void QuotaNearlyFull(ILogger logger, string who, long bytes, long? limit);

    [LoggerMessage(4014, LogLevel.Error, "{ObjectId} is archived by the index, and {Bucket} does not have it as it was")]
    public static partial void ObjectLost(ILogger logger, SealedObjectId objectId, BucketName bucket);

    [LoggerMessage(4015, LogLevel.Warning, "{Bucket} has {Key}, which the index does not know")]
    public static partial void ObjectUnknown(ILogger logger, BucketName bucket, ObjectKey key);

    [LoggerMessage(4017, LogLevel.Error, "{Bucket} is missing or empty, and the index has {Objects} objects in it: nothing was marked as lost. Is the archive mounted, is it the right one?")]
    public static partial void BucketMissing(ILogger logger, BucketName bucket, int objects);

    [LoggerMessage(4016, LogLevel.Information, "Reconciled {Buckets} buckets, {Objects} objects: {Lost} lost, {Unknown} unknown, {Drift} figures wrong")]
    public static partial void Reconciled(ILogger logger, int buckets, long objects, int lost, int unknown, int drift);
}
