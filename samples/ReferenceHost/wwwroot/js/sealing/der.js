// A strict reader of DER (ITU-T X.690): definite, minimal lengths, nothing after the end.

export const Tag = Object.freeze({
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  context0: 0xa0,
  context1: 0xa1,
});

export class DerError extends Error {}

export class DerReader {
  #bytes;
  #at = 0;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  get isEmpty() {
    return this.#at === this.#bytes.length;
  }

  nextIs(tag) {
    return this.#bytes[this.#at] === tag;
  }

  /** The content of the next element, which must have this tag. */
  read(tag) {
    if (!this.nextIs(tag)) {
      throw new DerError(`an element of tag ${tag} is needed`);
    }

    this.#at++;
    const length = this.#readLength();
    if (length > this.#bytes.length - this.#at) {
      throw new DerError('an element is longer than what holds it');
    }

    const content = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return content;
  }

  readSequence() {
    return new DerReader(this.read(Tag.sequence));
  }

  /** An object identifier as hexadecimal digits of its content. */
  readOid() {
    return Array.from(this.read(Tag.oid), (b) => b.toString(16).padStart(2, '0')).join('');
  }

  /** A non-negative integer of at most 31 bits. */
  readSmallInteger() {
    const content = this.read(Tag.integer);
    const padded = content.length > 1 && content[0] === 0 && content[1] < 0x80;
    if (content.length === 0 || content.length > 4 || content[0] >= 0x80 || padded) {
      throw new DerError('an integer is out of range');
    }

    return content.reduce((value, b) => value * 256 + b, 0);
  }

  expectEnd() {
    if (!this.isEmpty) {
      throw new DerError('unexpected bytes follow');
    }
  }

  #readLength() {
    const first = this.#bytes[this.#at++];
    if (first === undefined) {
      throw new DerError('a length is missing');
    }

    if (first < 0x80) {
      return first;
    }

    // Two bytes of length are plenty for a key file.
    const count = first & 0x7f;
    if (count < 1 || count > 2 || count > this.#bytes.length - this.#at) {
      throw new DerError('a length is out of range');
    }

    let length = 0;
    for (let i = 0; i < count; i++) {
      length = length * 256 + this.#bytes[this.#at++];
    }

    if (length < (count === 1 ? 0x80 : 0x100)) {
      throw new DerError('a length is not in its shortest form');
    }

    return length;
  }
}
