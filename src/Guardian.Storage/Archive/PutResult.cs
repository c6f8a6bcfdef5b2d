namespace Guardian.Storage;

/// <summary>What became of a put.</summary>
public enum PutResult
{
    /// <summary>The object is stored durably.</summary>
    Created = 1,

    /// <summary>An object of that key was there already and stays as it is.</summary>
    AlreadyExists,
}
