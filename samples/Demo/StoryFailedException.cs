namespace Guardian.Demo;

/// <summary>A check of the story did not hold.</summary>
internal sealed class StoryFailedException(string message) : Exception(message);
