// Reads a sealed object from the node range by range and opens it chunk by chunk, so that a large clip never stands in memory twice.

import { MaxHeaderSize, SealedFormatException, Unsealer, parseHeader, plaintextLength } from './unseal.js';

/** Sealed bytes asked for at once; whole chunks are, so it is rounded down to them. */
const WindowBytes = 1024 * 1024;

/** What a browser tab can be expected to hold. */
const MaxSealedBytes = 768 * 1024 * 1024;

/** Media types that are shown. Anything else, whatever its sealer called it, is not handed to the browser. */
const ShownTypes = new Set(['image/jpeg', 'image/png', 'video/mp4']);

/** An object that cannot be shown, in words for people. */
export class SealedObjectError extends Error {}

/**
 * Fetches and opens an object.
 * @param fetchRange (offset, count, validator, signal) to a promise of {bytes, total, validator}: that part, the whole length, the ETag.
 * @param {{privateKey: CryptoKey, point: Uint8Array, id: string}} key
 * @param {{signal?: AbortSignal, onProgress?: (done: number, total: number) => void}} options
 * @returns {Promise<Blob>} The verified plaintext under its media type.
 */
export async function openSealedObject(fetchRange, key, { signal, onProgress } = {}) {
  const first = await fetchRange(0, WindowBytes, null, signal);
  if (first.total > MaxSealedBytes) {
    throw new SealedObjectError(
      `The object has ${first.total} bytes; at most ${MaxSealedBytes} are opened in a browser. Use the command line.`);
  }

  const header = parseHeader(first.bytes.subarray(0, Math.min(first.bytes.length, MaxHeaderSize)));
  const unsealer = await Unsealer.open(header, key);
  plaintextLength(header, first.total);
  if (!ShownTypes.has(header.contentType)) {
    throw new SealedObjectError(`The object is of type ${header.contentType || 'unknown'}, which is not shown here.`);
  }

  const parts = [];
  const size = unsealer.sealedChunkSize;
  let held = first.bytes.subarray(header.length);
  let at = header.length;
  for (let chunk = 0; at < first.total; chunk++) {
    const count = Math.min(size, first.total - at);
    if (held.length < count) {
      held = await refill(fetchRange, held, at, size, first, signal);
    }

    parts.push(await unsealer.openChunk(chunk, at + count === first.total, held.subarray(0, count)));
    held = held.subarray(count);
    at += count;
    onProgress?.(at, first.total);
    signal?.throwIfAborted();
  }

  return new Blob(parts, { type: header.contentType });
}

async function refill(fetchRange, held, at, size, first, signal) {
  const wanted = Math.max(1, Math.floor(WindowBytes / size)) * size;
  const offset = at + held.length;
  const count = Math.min(wanted, first.total - offset);
  const next = await fetchRange(offset, count, first.validator, signal);
  if (next.total !== first.total) {
    throw new SealedFormatException('Truncated', 'the object changed while it was read');
  }

  if (next.bytes.length !== count) {
    throw new SealedFormatException('Truncated', `the node sent ${next.bytes.length} bytes where ${count} were asked for`);
  }

  const joined = new Uint8Array(held.length + count);
  joined.set(held);
  joined.set(next.bytes, held.length);
  return joined;
}
