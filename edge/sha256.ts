/**
 * SHA-256 (FIPS 180-4), over a state that may already have taken in whole blocks, so that a key's
 * pads are hashed once and an HMAC of a short text costs two compressions. Nothing here branches
 * on, or looks up by, what is hashed. test/edge/hashing.test.ts holds it equal to WebCrypto.
 */
const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
/** The bit 1 after the data, and the length as 64 bits. */
const PADDING_BYTES = 9;

/** Eight 32-bit words. */
export type HashState = Int32Array;

/** The state before anything was taken in: fractions of the square roots of the first 8 primes. */
export function initialState(): HashState {
  return INITIAL_WORDS.slice();
}

/** Takes one block of 64 bytes into `state`. */
export function takeBlock(state: HashState, block: Uint8Array): void {
  compress(state, new DataView(block.buffer, block.byteOffset, BLOCK_BYTES), 0);
}

/** The hash of the `takenBytes` that `from` has taken in, and `data` after them. */
export function finish(from: HashState, takenBytes: number, data: Uint8Array): Uint8Array {
  const state = WORKING_STATE;
  state.set(from);
  const wholeBytes = data.length - (data.length % BLOCK_BYTES);
  if (wholeBytes > 0) {
    const view = new DataView(data.buffer, data.byteOffset, wholeBytes);
    for (let offset = 0; offset < wholeBytes; offset += BLOCK_BYTES) compress(state, view, offset);
  }
  const restBytes = data.length - wholeBytes;
  const lastBytes = restBytes + PADDING_BYTES > BLOCK_BYTES ? 2 * BLOCK_BYTES : BLOCK_BYTES;
  LAST_BLOCKS.fill(0);
  LAST_BLOCKS.set(wholeBytes === 0 ? data : data.subarray(wholeBytes));
  LAST_BLOCKS[restBytes] = 0x80;
  // What is hashed here is shorter than 512 MB, so 32 of the 64 bits are enough.
  LAST_VIEW.setUint32(lastBytes - 4, (takenBytes + data.length) * 8);
  for (let offset = 0; offset < lastBytes; offset += BLOCK_BYTES)
    compress(state, LAST_VIEW, offset);
  return bytesOf(state);
}

function bytesOf(state: HashState): Uint8Array {
  const bytes = new Uint8Array(HASH_BYTES);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < 8; index += 1) view.setInt32(index * 4, word(state, index));
  return bytes;
}

/** The names are those of the standard, section 6.2.2. */
function compress(state: HashState, block: DataView, offset: number): void {
  expand(block, offset);
  let a = word(state, 0);
  let b = word(state, 1);
  let c = word(state, 2);
  let d = word(state, 3);
  let e = word(state, 4);
  let f = word(state, 5);
  let g = word(state, 6);
  let h = word(state, 7);
  for (let round = 0; round < 64; round += 1) {
    const sum1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const choice = (e & f) ^ (~e & g);
    const t1 = (h + sum1 + choice + word(ROUND_WORDS, round) + word(SCHEDULE, round)) | 0;
    const sum0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + sum0 + majority) | 0;
  }
  state[0] = word(state, 0) + a;
  state[1] = word(state, 1) + b;
  state[2] = word(state, 2) + c;
  state[3] = word(state, 3) + d;
  state[4] = word(state, 4) + e;
  state[5] = word(state, 5) + f;
  state[6] = word(state, 6) + g;
  state[7] = word(state, 7) + h;
}

/** The message schedule of a block. */
function expand(block: DataView, offset: number): void {
  for (let at = 0; at < 16; at += 1) SCHEDULE[at] = block.getInt32(offset + at * 4);
  for (let at = 16; at < 64; at += 1) {
    const x = word(SCHEDULE, at - 15);
    const y = word(SCHEDULE, at - 2);
    const sigma0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const sigma1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    SCHEDULE[at] = sigma0 + sigma1 + word(SCHEDULE, at - 7) + word(SCHEDULE, at - 16);
  }
}

/** All indices here are in range; a bounds check that answers 0 would hide it if one were not. */
function word(words: Int32Array, index: number): number {
  return words[index] as number;
}

/** Used again by every hash: nothing awaits between taking them up and leaving them. */
const SCHEDULE = new Int32Array(64);
const WORKING_STATE = new Int32Array(8);
const LAST_BLOCKS = new Uint8Array(2 * BLOCK_BYTES);
const LAST_VIEW = new DataView(LAST_BLOCKS.buffer);

const INITIAL_WORDS = Int32Array.from(primes(8), (prime) => fraction(Math.sqrt(prime)));
const ROUND_WORDS = Int32Array.from(primes(64), (prime) => fraction(Math.cbrt(prime)));

/** The first 32 bits behind the point. */
function fraction(root: number): number {
  return ((root - Math.floor(root)) * 2 ** 32) | 0;
}

function primes(count: number): number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate += 1) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  }
  return found;
}
