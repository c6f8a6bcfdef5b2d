using System.Security.Cryptography;
using Guardian.Models.Inference;
using Guardian.Models.Internal;
using Guardian.Shared.Imaging;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace Guardian.Models.Training;

/// <summary>Decodes training frames and passes them through the same preprocessing that the exported model has; one frame is decoded while the one before is preprocessed.</summary>
internal sealed class FrameLoader : IDisposable
{
    private readonly TrainingOptions _options;
    private readonly QuietThread _quiet;
    private readonly QuietThread _decoding;
    private readonly ILogger _log;
    private readonly InferenceSession _preprocessing;
    private readonly RunOptions _run = new();
    private readonly List<Frame> _kept = [];
    private RgbImage? _spare;
    private int _stride = 1;
    private int _seen;

    public FrameLoader(TrainingOptions options, QuietThread quiet, ILogger log)
    {
        (_options, _quiet, _log) = (options, quiet, log);
        _preprocessing = OnnxSessions.Open(PreprocessingGraph.Build(options.InputWidth, options.InputHeight), options.EffectiveThreads, spin: false);
        _decoding = new QuietThread(quiet.GivesWay, threads: 1);
    }

    /// <summary>Frames that could not be read.</summary>
    public int Skipped { get; private set; }

    /// <summary>Reads everything; of more than <see cref="TrainingOptions.MaxImages"/> evenly spaced ones remain.</summary>
    public async Task<FrameSet> LoadAsync(string cameraId, IAsyncEnumerable<TrainingImage> images, CancellationToken cancellationToken)
    {
        Task keeping = Task.CompletedTask;
        try
        {
            await foreach (TrainingImage image in images.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                // The digest too: what comes next may be read into the same memory.
                (RgbImage? picture, byte[] digest) = _decoding.Do(() => (Decode(cameraId, image), SHA256.HashData(image.Jpeg.Span)));
                await keeping.ConfigureAwait(false);
                keeping = picture is null ? Task.CompletedTask : Task.Run(() => _quiet.Do(() => Keep(picture, digest)), CancellationToken.None);
            }
        }
        finally
        {
            // Its session may be given up only when nobody uses it.
            await keeping.ConfigureAwait(false);
        }

        // Its session and its pictures are not needed any more, and the training needs the memory.
        Dispose();
        return new FrameSet([.. _kept.Select(f => f.Pixels)], 3 * _options.InputWidth * _options.InputHeight);
    }

    /// <summary>SHA-256 over the digests of the frames in use.</summary>
    public string Fingerprint() => Convert.ToHexStringLower(SHA256.HashData(_kept.SelectMany(f => f.Digest).ToArray()));

    public void Dispose()
    {
        _run.Dispose();
        _preprocessing.Dispose();
        _decoding.Dispose();
        _spare = null;
    }

    /// <returns>Null for a file that is no sound JPEG.</returns>
    private RgbImage? Decode(string cameraId, TrainingImage image)
    {
        try
        {
            return JpegDecoder.Decode(image.Jpeg.Span, JpegLimits.Default, Interlocked.Exchange(ref _spare, null));
        }
        catch (JpegException e)
        {
            Skipped++;
            _log.FrameSkipped(cameraId, image.Name.Length > 256 ? image.Name[..256] : image.Name, e.Message);
            return null;
        }
    }

    private void Keep(RgbImage picture, byte[] digest)
    {
        if (_seen++ % _stride == 0)
        {
            _kept.Add(new Frame(Preprocess(picture), digest));
        }

        // The next frame but one may be decoded into it.
        _spare = picture;
        if (_kept.Count > _options.MaxImages)
        {
            ThinOut();
        }
    }

    /// <summary>Drops every second frame and takes only half as many from here on, so that what is kept stays evenly spaced without knowing the total.</summary>
    private void ThinOut()
    {
        Frame[] half = [.. _kept.Where((_, i) => i % 2 == 0)];
        _kept.Clear();
        _kept.AddRange(half);
        _stride *= 2;
    }

    private byte[] Preprocess(RgbImage picture)
    {
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(picture.Pixels, [picture.Height, picture.Width, 3]);
        using IDisposableReadOnlyCollection<OrtValue> outputs =
            _preprocessing.Run(_run, [PreprocessingGraph.Image], [input], [PreprocessingGraph.Pixels]);
        return FrameSet.Encode(outputs[0].GetTensorDataAsSpan<float>());
    }

    private readonly record struct Frame(byte[] Pixels, byte[] Digest);
}
