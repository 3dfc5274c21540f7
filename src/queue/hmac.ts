/**
 * HMAC-SHA-256 (RFC 2104 over FIPS 180-4), in hex. By hand, because loading
 * node:crypto takes half of all the time that is the hook's own (5 of 9 ms of
 * Node 24); a test holds it against node:crypto. For short texts: it is some
 * hundred times slower than node:crypto once that is loaded.
 */
export function hmacSha256(key: Uint8Array, text: string): string {
  const blockKey = new Uint8Array(blockBytes);
  blockKey.set(key.length > blockBytes ? sha256(key) : key);
  const inner = sha256(
    joined(
      blockKey.map((byte) => byte ^ 0x36),
      Buffer.from(text),
    ),
  );
  const outer = sha256(
    joined(
      blockKey.map((byte) => byte ^ 0x5c),
      inner,
    ),
  );
  return Buffer.from(outer).toString("hex");
}

const blockBytes = 64;
const rounds = 64;

function joined(start: Uint8Array, end: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(start.length + end.length);
  bytes.set(start);
  bytes.set(end, start.length);
  return bytes;
}

function sha256(message: Uint8Array): Uint8Array {
  const state = Uint32Array.from(initialState);
  const padded = withPadding(message);
  const words = new Uint32Array(rounds);
  for (let offset = 0; offset < padded.byteLength; offset += blockBytes) {
    for (let index = 0; index < 16; index += 1) {
      words[index] = padded.getUint32(offset + index * 4);
    }
    extend(words);
    compress(state, words);
  }
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, index) => digest.setUint32(index * 4, word));
  return new Uint8Array(digest.buffer);
}

/** A one bit, zeros, and the length in bits at the end (half a gigabyte at most). */
function withPadding(message: Uint8Array): DataView {
  const blocks = Math.ceil((message.length + 9) / blockBytes);
  const padded = new Uint8Array(blocks * blockBytes);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, message.length * 8);
  return view;
}

function at(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

function rotated(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function extend(words: Uint32Array): void {
  for (let index = 16; index < rounds; index += 1) {
    const early = at(words, index - 15);
    const late = at(words, index - 2);
    words[index] =
      at(words, index - 16) +
      (rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3)) +
      at(words, index - 7) +
      (rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10));
  }
}

function compress(state: Uint32Array, words: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let round = 0; round < rounds; round += 1) {
    const sumE = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const choice = (e & f) ^ (~e & g);
    const first =
      h + sumE + choice + at(roundConstants, round) + at(words, round);
    const sumA = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + sumA + majority) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, index) => {
    state[index] = at(state, index) + word;
  });
}

/** The first 32 bits behind the point, as the standard takes its constants from roots of primes. */
function fraction(root: number): number {
  return Math.floor((root % 1) * 2 ** 32);
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let number = 2; primes.length < count; number += 1) {
    if (primes.every((prime) => number % prime !== 0)) {
      primes.push(number);
    }
  }
  return primes;
}

const primes = firstPrimes(rounds);
const roundConstants = Uint32Array.from(primes, (prime) =>
  fraction(Math.cbrt(prime)),
);
const initialState = Uint32Array.from(primes.slice(0, 8), (prime) =>
  fraction(Math.sqrt(prime)),
);
