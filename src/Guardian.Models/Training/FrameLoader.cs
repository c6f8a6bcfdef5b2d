using System.Security.Cryptography;
using Guardian.Models.Inference;
using Guardian.Models.Internal;
using Guardian.Shared.Imaging;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace Guardian.Models.Training;

/// <summary>Decodes training frames and passes them through the same preprocessing that the exported model has.</summary>
internal sealed class FrameLoader : IDisposable
{
    private readonly TrainingOptions _options;
    private readonly QuietThread _quiet;
    private readonly ILogger _log;
    private readonly InferenceSession _preprocessing;
    private readonly RunOptions _run = new();
    private readonly List<Frame> _kept = [];
    private RgbImage? _picture;
    private int _stride = 1;
    private int _seen;

    public FrameLoader(TrainingOptions options, QuietThread quiet, ILogger log)
    {
        (_options, _quiet, _log) = (options, quiet, log);
        _preprocessing = OnnxSessions.Open(PreprocessingGraph.Build(options.InputWidth, options.InputHeight), options.EffectiveThreads, spin: false);
    }

    /// <summary>Frames that could not be read.</summary>
    public int Skipped { get; private set; }

    /// <summary>Reads everything; of more than <see cref="TrainingOptions.MaxImages"/> evenly spaced ones remain.</summary>
    public async Task<FrameSet> LoadAsync(string cameraId, IAsyncEnumerable<TrainingImage> images, CancellationToken cancellationToken)
    {
        await foreach (TrainingImage image in images.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            _quiet.Do(() => Take(cameraId, image));
        }

        // Its session and its picture are not needed any more, and the training needs the memory.
        Dispose();
        return new FrameSet([.. _kept.Select(f => f.Pixels)], 3 * _options.InputWidth * _options.InputHeight);
    }

    /// <summary>SHA-256 over the digests of the frames in use.</summary>
    public string Fingerprint() => Convert.ToHexStringLower(SHA256.HashData(_kept.SelectMany(f => f.Digest).ToArray()));

    public void Dispose()
    {
        _run.Dispose();
        _preprocessing.Dispose();
        _picture = null;
    }

    private void Take(string cameraId, TrainingImage image)
    {
        try
        {
            _picture = JpegDecoder.Decode(image.Jpeg.Span, JpegLimits.Default, _picture);
            if (_seen++ % _stride == 0)
            {
                _kept.Add(new Frame(Preprocess(_picture), SHA256.HashData(image.Jpeg.Span)));
            }
        }
        catch (JpegException e)
        {
            Skipped++;
            _log.FrameSkipped(cameraId, image.Name.Length > 256 ? image.Name[..256] : image.Name, e.Message);
        }

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
