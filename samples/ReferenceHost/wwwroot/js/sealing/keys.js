// Opens the customer's private key: PKCS#8 encrypted with PBES2 (RFC 8018), PBKDF2 with HMAC-SHA-256 and AES-256-CBC, on P-256.
// See "The customer's private key" in docs/formats/sealed-clip.md.

import { DerError, DerReader, Tag } from './der.js';

export const MaxKeyFileBytes = 16 * 1024;

const Oid = Object.freeze({
  pbes2: '2a864886f70d01050d',
  pbkdf2: '2a864886f70d01050c',
  hmacSha256: '2a864886f70d0209',
  aes256Cbc: '60864801650304012a',
  ecPublicKey: '2a8648ce3d0201',
  p256: '2a8648ce3d030107',
});

// Fewer would not lock anything; more would freeze the tab on a file made to do so.
const MinIterations = 10_000;
const MaxIterations = 10_000_000;

const PointSize = 65;

/** What stands before the point in the SubjectPublicKeyInfo of a P-256 key (RFC 5480). */
const SpkiPrefix = Uint8Array.of(
  0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
  0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00);

/** A key file that cannot be used. The message is for people. */
export class KeyFileError extends Error {
  /** @param {'NotAKey'|'Unsupported'|'WrongPassphrase'|'NoCrypto'} reason */
  constructor(reason, message) {
    super(message);
    this.name = 'KeyFileError';
    this.reason = reason;
  }
}

/**
 * Opens an ENCRYPTED PRIVATE KEY in PEM.
 * @returns {Promise<{privateKey: CryptoKey, point: Uint8Array, id: string}>} The key, which cannot be exported; its public
 * point; and the SHA-256 of its SubjectPublicKeyInfo in hexadecimal.
 * @throws {KeyFileError} The passphrase is wrong, or the file is not such a key.
 */
export async function openPrivateKey(pem, passphrase) {
  if (!globalThis.crypto?.subtle) {
    throw new KeyFileError('NoCrypto', 'The browser offers cryptography only over HTTPS or on localhost. Open the console there.');
  }

  const locked = strictly('NotAKey', 'The file is not an encrypted private key.', () => parseEncrypted(decodePem(pem)));
  const pkcs8 = await decrypt(locked, passphrase);
  try {
    const point = strictly('WrongPassphrase', WrongPassphrase, () => publicPointOf(pkcs8));
    const privateKey = await importPrivateKey(pkcs8);
    return { privateKey, point, id: await keyIdOf(point) };
  } finally {
    pkcs8.fill(0);
  }
}

const WrongPassphrase = 'The passphrase does not open this key.';

function decodePem(pem) {
  if (pem.length > MaxKeyFileBytes) {
    throw new KeyFileError('NotAKey', `The file is too large for a key: at most ${MaxKeyFileBytes / 1024} KiB are read.`);
  }

  const match = /-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]+)-----END \1-----/.exec(pem);
  if (match === null) {
    throw new KeyFileError(
      'NotAKey', 'The file is not a PEM file. Choose the private key that was made with the key pair (customer.key.pem).');
  }

  if (match[1] === 'PUBLIC KEY') {
    throw new KeyFileError('NotAKey', 'This is the public half of a key. Choose the encrypted private key.');
  }

  if (match[1] !== 'ENCRYPTED PRIVATE KEY') {
    throw new KeyFileError('NotAKey', `A PEM of label ENCRYPTED PRIVATE KEY is needed, this one is ${match[1]}.`);
  }

  try {
    return Uint8Array.from(atob(match[2].replace(/\s+/g, '')), (c) => c.charCodeAt(0));
  } catch {
    throw new KeyFileError('NotAKey', 'The PEM file is damaged: its base64 cannot be read.');
  }
}

/** EncryptedPrivateKeyInfo of RFC 5208 with the PBES2 parameters of RFC 8018. */
function parseEncrypted(der) {
  const outer = new DerReader(der);
  const info = outer.readSequence();
  outer.expectEnd();

  const algorithm = info.readSequence();
  expectOid(algorithm, Oid.pbes2, 'the encryption scheme is not PBES2');
  const parameters = algorithm.readSequence();
  algorithm.expectEnd();

  const derivation = parseDerivation(parameters.readSequence());
  const cipher = parameters.readSequence();
  parameters.expectEnd();
  expectOid(cipher, Oid.aes256Cbc, 'the cipher is not AES-256-CBC');
  const iv = cipher.read(Tag.octetString);
  cipher.expectEnd();
  check(iv.length === 16, 'the initialisation vector does not have 16 bytes');

  const ciphertext = info.read(Tag.octetString);
  info.expectEnd();
  check(ciphertext.length > 0 && ciphertext.length % 16 === 0, 'the encrypted part is not made of AES blocks');
  return { ...derivation, iv, ciphertext };
}

function parseDerivation(algorithm) {
  expectOid(algorithm, Oid.pbkdf2, 'the key derivation is not PBKDF2');
  const parameters = algorithm.readSequence();
  algorithm.expectEnd();

  const salt = parameters.read(Tag.octetString);
  const iterations = parameters.readSmallInteger();
  check(salt.length >= 8 && salt.length <= 64, 'the salt does not have 8 to 64 bytes');
  check(
    iterations >= MinIterations && iterations <= MaxIterations,
    `${iterations} rounds of PBKDF2, ${MinIterations} to ${MaxIterations} are allowed`);
  if (parameters.nextIs(Tag.integer)) {
    check(parameters.readSmallInteger() === 32, 'the derived key does not have 32 bytes');
  }

  // Left out, it means HMAC-SHA-1.
  check(!parameters.isEmpty, 'PBKDF2 does not use HMAC-SHA-256');
  const prf = parameters.readSequence();
  parameters.expectEnd();
  expectOid(prf, Oid.hmacSha256, 'PBKDF2 does not use HMAC-SHA-256');
  if (prf.nextIs(Tag.null)) {
    check(prf.read(Tag.null).length === 0, 'NULL has content');
  }

  prf.expectEnd();
  return { salt, iterations };
}

async function decrypt({ salt, iterations, iv, ciphertext }, passphrase) {
  const secret = new TextEncoder().encode(passphrase);
  const base = await crypto.subtle.importKey('raw', secret, 'PBKDF2', false, ['deriveKey']);
  secret.fill(0);
  const key = await crypto.subtle.deriveKey(
    { name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, base, { name: 'AES-CBC', length: 256 }, false, ['decrypt']);
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-CBC', iv }, key, ciphertext));
  } catch {
    throw new KeyFileError('WrongPassphrase', WrongPassphrase);
  }
}

/** The public point in a PrivateKeyInfo (RFC 5958) that holds an ECPrivateKey (RFC 5915). */
function publicPointOf(pkcs8) {
  const outer = new DerReader(pkcs8);
  const info = outer.readSequence();
  outer.expectEnd();
  check(info.readSmallInteger() === 0, 'the key has another version');

  const algorithm = info.readSequence();
  expectOid(algorithm, Oid.ecPublicKey, 'it is not a key on an elliptic curve');
  expectOid(algorithm, Oid.p256, 'the curve is not P-256');
  algorithm.expectEnd();

  const wrapped = new DerReader(info.read(Tag.octetString));
  const key = wrapped.readSequence();
  wrapped.expectEnd();
  check(key.readSmallInteger() === 1, 'the key has another version');
  check(key.read(Tag.octetString).length === 32, 'the private number does not have 32 bytes');
  if (key.nextIs(Tag.context0)) {
    key.read(Tag.context0);
  }

  check(key.nextIs(Tag.context1), 'the file lacks the public half of the key');
  const holder = new DerReader(key.read(Tag.context1));
  const bits = holder.read(Tag.bitString);
  holder.expectEnd();
  key.expectEnd();
  check(bits.length === PointSize + 1 && bits[0] === 0 && bits[1] === 4, 'the public half is not an uncompressed point');
  return bits.slice(1);
}

async function importPrivateKey(pkcs8) {
  try {
    return await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits']);
  } catch {
    throw new KeyFileError('WrongPassphrase', WrongPassphrase);
  }
}

async function keyIdOf(point) {
  const spki = new Uint8Array(SpkiPrefix.length + point.length);
  spki.set(SpkiPrefix);
  spki.set(point, SpkiPrefix.length);
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', spki));
  return Array.from(hash, (b) => b.toString(16).padStart(2, '0')).join('');
}

function expectOid(reader, oid, otherwise) {
  check(reader.readOid() === oid, otherwise);
}

function check(holds, otherwise) {
  if (!holds) {
    throw new KeyFileError('Unsupported', `This key cannot be used: ${otherwise}.`);
  }
}

/** After a wrong passphrase with lucky padding the plaintext is noise, so what DER says then means what the caller says. */
function strictly(reason, message, parse) {
  try {
    return parse();
  } catch (error) {
    throw error instanceof DerError ? new KeyFileError(reason, message) : error;
  }
}
