using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Guardian.Models.Internal;
using Guardian.Shared.Files;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace Guardian.Models.Training;

/// <summary>Keeps a training's state in a file, whole or not at all, and finds it again.</summary>
/// <remarks>
/// Format: "GMCK", version, key, state, parameters and moments as 32-bit floats in the order of their names, the best parameters likewise, SHA-256 of all that. The key
/// is a digest of everything that the result depends on: frames, options, threads, this code and ONNX Runtime's version. A file with another key is of another
/// training.
/// </remarks>
internal sealed class TrainingCheckpoint
{
    private const uint Magic = 0x4B434D47;
    private const int FormatVersion = 1;
    private const int HashLength = 32;

    private readonly string _file;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly string _cameraId;
    private readonly ILogger _log;
    private readonly byte[] _key;
    private long _written;

    public TrainingCheckpoint(TrainingRequest request, string fingerprint, TimeProvider time, ILogger log)
    {
        (_file, _interval, _time, _cameraId, _log) = (request.CheckpointFile!, request.CheckpointInterval, time, request.CameraId, log);
        string depends = string.Create(
            CultureInfo.InvariantCulture,
            $"{FormatVersion}\n{fingerprint}\n{JsonSerializer.Serialize(request.Options, ModelsJson.Default.TrainingOptions)}\n{request.Options.EffectiveThreads}\n{typeof(TrainingCheckpoint).Module.ModuleVersionId}\n{OrtEnv.Instance().GetVersionString()}");
        _key = SHA256.HashData(Encoding.UTF8.GetBytes(depends));
        _written = time.GetTimestamp();
    }

    /// <summary>Puts a training back to where its checkpoint stands.</summary>
    /// <returns>Null when there is no sound checkpoint of this training; then nothing was changed.</returns>
    public CheckpointState? Load(TrainingSession session, Dictionary<string, float[]> best)
    {
        try
        {
            return File.Exists(_file) ? Read(session, best) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            _log.CheckpointUnreadable(_cameraId, e.Message);
            return null;
        }
    }

    /// <summary>Writes a checkpoint when the last one is old enough. A full disk does not end the training.</summary>
    public void Save(CheckpointState state, TrainingSession session, Dictionary<string, float[]> best)
    {
        if (_time.GetElapsedTime(_written) < _interval)
        {
            return;
        }

        _written = _time.GetTimestamp();
        string temporary = _file + ".new";
        try
        {
            using (FileStream stream = DurableFile.Create(temporary))
            {
                Write(stream, state, session, best);
                stream.Flush(flushToDisk: true);
            }

            DurableFile.Rename(temporary, _file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.CheckpointFailed(_cameraId, e.Message);
            TryDelete(temporary);
        }
    }

    private void Write(FileStream stream, CheckpointState state, TrainingSession session, Dictionary<string, float[]> best)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Put(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            stream.Write(bytes);
        }

        Put(Header(state));
        foreach (float[] errors in state.PatchErrors)
        {
            Put(MemoryMarshal.AsBytes(errors.AsSpan()));
        }

        foreach (string name in Names(session.State.Keys))
        {
            Put(MemoryMarshal.AsBytes(session.State[name].GetTensorDataAsSpan<float>()));
        }

        foreach (string name in Names(best.Keys))
        {
            Put(MemoryMarshal.AsBytes(best[name].AsSpan()));
        }

        stream.Write(hash.GetHashAndReset());
    }

    private byte[] Header(CheckpointState state)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        writer.Write(Magic);
        writer.Write(FormatVersion);
        writer.Write(_key);
        writer.Write(state.Steps);
        writer.Write(state.Epoch);
        writer.Write(state.BestEpoch);
        writer.Write(state.BestError);
        writer.Write(state.Loss);
        writer.Write(state.Elapsed.Ticks);
        writer.Write(state.PatchErrors.Length);
        writer.Write(state.PatchErrors.Length > 0 ? state.PatchErrors[0].Length : 0);
        writer.Flush();
        return memory.ToArray();
    }

    private CheckpointState? Read(TrainingSession session, Dictionary<string, float[]> best)
    {
        using FileStream stream = File.OpenRead(_file);
        Verify(stream);
        stream.Position = 0;
        using var reader = new BinaryReader(stream);
        if (reader.ReadUInt32() != Magic || reader.ReadInt32() != FormatVersion || !reader.ReadBytes(HashLength).AsSpan().SequenceEqual(_key))
        {
            _log.CheckpointOfAnother(_cameraId);
            return null;
        }

        (int steps, int epoch, int bestEpoch) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
        (double bestError, double loss) = (reader.ReadDouble(), reader.ReadDouble());
        var elapsed = TimeSpan.FromTicks(reader.ReadInt64());
        float[][] errors = new float[reader.ReadInt32()][];
        int map = reader.ReadInt32();
        for (int i = 0; i < errors.Length; i++)
        {
            errors[i] = new float[map];
            stream.ReadExactly(MemoryMarshal.AsBytes(errors[i].AsSpan()));
        }

        // Key and hash have shown that the tensors are those of this very network.
        session.Continue(steps);
        foreach (string name in Names(session.State.Keys))
        {
            stream.ReadExactly(MemoryMarshal.AsBytes(session.State[name].GetTensorMutableDataAsSpan<float>()));
        }

        foreach (string name in Names(best.Keys))
        {
            stream.ReadExactly(MemoryMarshal.AsBytes(best[name].AsSpan()));
        }

        _log.Continues(_cameraId, epoch);
        return new CheckpointState(steps, epoch, bestEpoch, bestError, loss, elapsed, errors);
    }

    private static void Verify(FileStream stream)
    {
        byte[] buffer = new byte[1 << 20];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long left = stream.Length - HashLength; left > 0;)
        {
            int read = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            if (read == 0)
            {
                throw new InvalidDataException("it became shorter while it was read");
            }

            hash.AppendData(buffer, 0, read);
            left -= read;
        }

        byte[] written = new byte[HashLength];
        if (stream.Length < HashLength || stream.ReadAtLeast(written, HashLength, throwOnEndOfStream: false) < HashLength || !written.AsSpan().SequenceEqual(hash.GetHashAndReset()))
        {
            throw new InvalidDataException("its SHA-256 is not the one that was written");
        }
    }

    private static IEnumerable<string> Names(IEnumerable<string> names) => names.Order(StringComparer.Ordinal);

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next start removes it.
        }
    }
}
