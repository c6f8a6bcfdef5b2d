using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Guardian.ReferenceHost.Commands;

/// <summary>The running node's REST API, for commands about what only the node itself may change.</summary>
internal sealed class NodeClient : IDisposable
{
    /// <summary>The API token that the node printed at its first start.</summary>
    public static readonly Option<string?> Token = new("--token") { Description = "The node's API token; $GUARDIAN_API_TOKEN by default.", Recursive = true };

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    private readonly HttpClient _http;

    private NodeClient(HttpClient http) => _http = http;

    /// <exception cref="ArgumentException">There is no token.</exception>
    public static NodeClient Of(ParseResult result)
    {
        string token = result.GetValue(Token) ?? Environment.GetEnvironmentVariable("GUARDIAN_API_TOKEN") ?? throw new ArgumentException("--token: the API token that the node printed at its first start is needed, here or in GUARDIAN_API_TOKEN");
        var http = new HttpClient { BaseAddress = new Uri(DataFolder.Of(result).Node.ApiAddress), Timeout = Limit };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new NodeClient(http);
    }

    /// <summary>Makes a call.</summary>
    /// <returns>The answer; undefined when it has no body.</returns>
    /// <exception cref="IOException">The node refuses or cannot be reached; the message is its own.</exception>
    public async Task<JsonElement> CallAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(new HttpRequestMessage(method, $"/api/v1/{path}") { Content = content }, cancellationToken);
            string body = await response.Content.ReadAsStringAsync(cancellationToken);
            JsonElement answer = body.Length > 0 ? JsonSerializer.Deserialize<JsonElement>(body) : default;
            return response.IsSuccessStatusCode
                ? answer
                : throw new IOException(answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("detail", out JsonElement detail) ? detail.GetString() : $"the node answered {(int)response.StatusCode}");
        }
        catch (HttpRequestException e)
        {
            throw new IOException($"{_http.BaseAddress}: {e.Message}", e);
        }
    }

    public Task<JsonElement> PostAsync(string path, object body, CancellationToken cancellationToken) => CallAsync(HttpMethod.Post, path, JsonContent.Create(body), cancellationToken);

    public void Dispose() => _http.Dispose();
}
