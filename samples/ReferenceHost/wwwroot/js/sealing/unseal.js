// The sealed-object format, version 1. Normative text and test vectors: docs/formats/sealed-clip.md.

const Magic = new TextEncoder().encode('GSEALED\n');
const Version = 1;
const SuiteP256HkdfAesGcm = 1;
const MinChunkSize = 4 * 1024;
const MaxChunkSize = 1024 * 1024;
const MaxRecipients = 16;
const MaxContentType = 127;
const KeyIdSize = 32;
const PointSize = 65;
const KeySize = 32;
const TagSize = 16;
const SaltSize = 16;
const MacSize = 32;
const FixedSize = 8 + 1 + 1 + 2 + 4 + SaltSize + 2;
const StanzaSize = KeyIdSize + PointSize + KeySize + TagSize;

/** No header is longer than this, in bytes. */
export const MaxHeaderSize = FixedSize + MaxContentType + MaxRecipients * StanzaSize + MacSize;

/** Bytes that claim to be a sealed object are not, or do not open with the key at hand. */
export class SealedFormatException extends Error {
  /**
   * @param {string} error What is wrong: Truncated, NotSealed, UnknownVersion, UnknownSuite, BadHeader, BadFraming,
   * NoSuchRecipient or NotAuthentic.
   */
  constructor(error, message) {
    super(message);
    this.name = 'SealedFormatException';
    this.error = error;
  }
}

/**
 * Parses a header from the start of bytes; more may follow. It proves nothing about the content before Unsealer.open has verified it.
 * @throws {SealedFormatException} Truncated when more bytes are needed.
 */
export function parseHeader(bytes) {
  const start = bytes.subarray(0, Magic.length);
  if (!start.every((b, i) => b === Magic[i])) {
    throw new SealedFormatException('NotSealed', 'the content is not sealed: it does not start with the magic of a sealed object');
  }

  need(bytes, FixedSize);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes[8] !== Version) {
    throw new SealedFormatException('UnknownVersion', `version: ${bytes[8]} is not known, ${Version} is`);
  }

  if (bytes[9] !== SuiteP256HkdfAesGcm) {
    throw new SealedFormatException('UnknownSuite', `suite: ${bytes[9]} is not known, ${SuiteP256HkdfAesGcm} is`);
  }

  const recipients = view.getUint16(10);
  const chunkSize = view.getUint32(12);
  const typeLength = view.getUint16(16 + SaltSize);
  check(recipients >= 1 && recipients <= MaxRecipients, `recipients: ${recipients}, 1 to ${MaxRecipients} are allowed`);
  const powerOfTwo = (chunkSize & (chunkSize - 1)) === 0;
  check(
    chunkSize >= MinChunkSize && chunkSize <= MaxChunkSize && powerOfTwo,
    `chunk size: ${chunkSize}, a power of two from ${MinChunkSize} to ${MaxChunkSize} is needed`);
  check(typeLength <= MaxContentType, `content type: ${typeLength} bytes, at most ${MaxContentType} are allowed`);

  const length = FixedSize + typeLength + recipients * StanzaSize + MacSize;
  need(bytes, length);
  const type = bytes.subarray(FixedSize, FixedSize + typeLength);
  check(type.every((b) => b >= 0x20 && b <= 0x7e), 'content type: only printable ASCII is allowed');

  const stanzas = new Map();
  for (let i = 0; i < recipients; i++) {
    const at = FixedSize + typeLength + i * StanzaSize;
    stanzas.set(hex(bytes.subarray(at, at + KeyIdSize)), bytes.slice(at + KeyIdSize, at + StanzaSize));
  }

  check(stanzas.size === recipients, 'recipients: the same key stands twice');
  return Object.freeze({
    length,
    chunkSize,
    contentType: new TextDecoder('ascii').decode(type),
    salt: bytes.slice(16, 16 + SaltSize),
    stanzas,
    authenticated: bytes.slice(0, length - MacSize),
    mac: bytes.slice(length - MacSize, length),
  });
}

/**
 * The plaintext's length when the whole sealed object has sealedLength bytes.
 * @throws {SealedFormatException} Chunks cannot add up to that length.
 */
export function plaintextLength(header, sealedLength) {
  const payload = sealedLength - header.length;
  if (payload < TagSize) {
    throw new SealedFormatException('Truncated', `payload: ${Math.max(payload, 0)} bytes, at least one chunk of ${TagSize} is needed`);
  }

  const sealedChunk = header.chunkSize + TagSize;
  const full = Math.floor(payload / sealedChunk);
  const rest = payload % sealedChunk;
  if (rest === 0) {
    return full * header.chunkSize;
  }

  // Only an empty plaintext has an empty last chunk.
  if (rest < TagSize || (rest === TagSize && full > 0)) {
    throw new SealedFormatException(
      'BadFraming', `payload: a last chunk of ${rest} bytes cannot be; the object was cut or something was appended`);
  }

  return full * header.chunkSize + rest - TagSize;
}

/** Opens the chunks of one sealed object. Every chunk is verified before a byte of it is given out. */
export class Unsealer {
  #payloadKey;

  constructor(header, payloadKey) {
    this.header = header;
    this.#payloadKey = payloadKey;
  }

  /** Bytes of a sealed chunk that is not the last one. */
  get sealedChunkSize() {
    return this.header.chunkSize + TagSize;
  }

  /**
   * Unwraps the file key and verifies the header.
   * @throws {SealedFormatException} The key is not among the recipients, or the header was changed.
   */
  static async open(header, key) {
    const stanza = header.stanzas.get(key.id);
    if (stanza === undefined) {
      throw new SealedFormatException('NoSuchRecipient', `recipients: the object is not sealed to key ${key.id}`);
    }

    const fileKey = await unwrapFileKey(stanza, key);
    const secret = await crypto.subtle.importKey('raw', fileKey, 'HKDF', false, ['deriveKey']);
    fileKey.fill(0);
    const hmac = { name: 'HMAC', hash: 'SHA-256', length: 256 };
    const headerKey = await derive(secret, header.salt, 'guardian/sealed/v1 header', hmac, ['verify']);
    if (!await crypto.subtle.verify('HMAC', headerKey, header.mac, header.authenticated)) {
      throw new SealedFormatException('NotAuthentic', 'header: its MAC does not verify');
    }

    const payloadKey = await derive(secret, header.salt, 'guardian/sealed/v1 payload', { name: 'AES-GCM', length: 256 }, ['decrypt']);
    return new Unsealer(header, payloadKey);
  }

  /**
   * Opens one chunk, counted from 0.
   * @returns {Promise<ArrayBuffer>} Its plaintext.
   * @throws {SealedFormatException} The chunk was changed, stands in another place, or is the last one and should not be.
   */
  async openChunk(chunk, last, sealedChunk) {
    if (sealedChunk.length < TagSize) {
      throw new SealedFormatException('Truncated', `chunk ${chunk}: ${sealedChunk.length} bytes, at least ${TagSize} are needed`);
    }

    try {
      return await crypto.subtle.decrypt({ name: 'AES-GCM', iv: chunkNonce(chunk, last) }, this.#payloadKey, sealedChunk);
    } catch {
      throw new SealedFormatException(
        'NotAuthentic', `chunk ${chunk}: its tag does not verify: it was changed, moved, or the object was cut here`);
    }
  }
}

/** Opens a whole object that is in memory. */
export async function unseal(bytes, key) {
  const header = parseHeader(bytes);
  const unsealer = await Unsealer.open(header, key);
  const plaintext = new Uint8Array(plaintextLength(header, bytes.length));
  const size = unsealer.sealedChunkSize;
  for (let chunk = 0, at = header.length; at < bytes.length; chunk++, at += size) {
    const last = at + size >= bytes.length;
    plaintext.set(new Uint8Array(await unsealer.openChunk(chunk, last, bytes.subarray(at, at + size))), chunk * header.chunkSize);
  }

  return { header, plaintext };
}

async function unwrapFileKey(stanza, key) {
  const point = stanza.subarray(0, PointSize);
  const wrapped = stanza.subarray(PointSize);
  const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: await importPoint(point) }, key.privateKey, 256);
  const secret = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
  new Uint8Array(shared).fill(0);

  // The salt binds both public points, as in RFC 9180's DHKEM.
  const salt = new Uint8Array(2 * PointSize);
  salt.set(point);
  salt.set(key.point, PointSize);
  const wrapKey = await derive(secret, salt, 'guardian/sealed/v1 recipient', { name: 'AES-GCM', length: 256 }, ['decrypt']);
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, wrapKey, wrapped));
  } catch {
    throw new SealedFormatException('NotAuthentic', 'recipient stanza: the wrapped key does not verify');
  }
}

async function importPoint(point) {
  try {
    if (point[0] !== 4) {
      throw new TypeError('not an uncompressed point');
    }

    return await crypto.subtle.importKey('raw', point, { name: 'ECDH', namedCurve: 'P-256' }, false, []);
  } catch {
    throw new SealedFormatException('BadHeader', 'recipient stanza: the ephemeral key is not a point on P-256');
  }
}

function derive(secret, salt, info, algorithm, usages) {
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt, info: new TextEncoder().encode(info) };
  return crypto.subtle.deriveKey(hkdf, secret, algorithm, false, usages);
}

/** An 88-bit big-endian counter and a byte that is 1 on the last chunk (the STREAM construction). */
function chunkNonce(chunk, last) {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setBigUint64(3, BigInt(chunk));
  nonce[11] = last ? 1 : 0;
  return nonce;
}

function need(bytes, length) {
  if (bytes.length < length) {
    throw new SealedFormatException('Truncated', `header: ${bytes.length} bytes, ${length} are needed`);
  }
}

function check(holds, message) {
  if (!holds) {
    throw new SealedFormatException('BadHeader', message);
  }
}

function hex(bytes) {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}
