namespace Guardian.SceneSets;

/// <summary>What is wrong in a frame.</summary>
public enum AnomalyKind
{
    /// <summary>A person, 20 to 40 % of the picture's height.</summary>
    Person,

    /// <summary>A person far away, 6 to 10 % of the height: 0.1 to 0.4 % of the picture.</summary>
    FarPerson,

    /// <summary>A dog or fox.</summary>
    Animal,

    /// <summary>A bag or parcel that was left.</summary>
    LeftObject,

    /// <summary>Something that always stood there is gone.</summary>
    RemovedObject,

    /// <summary>A vehicle where none belongs.</summary>
    Vehicle,

    /// <summary>Something covers the lens, wholly or for the greater part.</summary>
    Covered,

    /// <summary>The picture is out of focus.</summary>
    Defocused,

    /// <summary>A light shines into the lens.</summary>
    Blinded,

    /// <summary>The camera was turned.</summary>
    Turned,

    /// <summary>No picture: near black with noise.</summary>
    Blackout,
}
