using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Guardian.Demo;

/// <summary>The node's REST API, as a viewer uses it.</summary>
internal sealed class NodeApi : IDisposable
{
    private readonly HttpClient _http;

    public NodeApi(string address, string token)
    {
        _http = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken)
    {
        await using Stream body = await _http.GetStreamAsync($"/api/v1/{path}", cancellationToken);
        using JsonDocument document = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
        return document.RootElement.Clone();
    }

    /// <summary>The length of what a path gives.</summary>
    public async Task<long> LengthAsync(string path, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/api/v1/{path}"), cancellationToken);
        return response.EnsureSuccessStatusCode().Content.Headers.ContentLength ?? throw new InvalidDataException($"{path}: no Content-Length");
    }

    /// <summary>A range of what a path gives; anything but a partial answer is an error.</summary>
    public async Task<byte[]> RangeAsync(string path, long from, long to, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/{path}");
        request.Headers.Range = new RangeHeaderValue(from, to);
        using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken);
        return response.StatusCode == HttpStatusCode.PartialContent
            ? await response.Content.ReadAsByteArrayAsync(cancellationToken)
            : throw new InvalidDataException($"{path}: status {(int)response.StatusCode} for a range request");
    }

    public void Dispose() => _http.Dispose();
}
