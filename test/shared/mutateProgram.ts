import type { Random } from "./random";

interface Field {
  readonly at: number;
  readonly bytes: number;
}

const NODE_BYTES = 128;

const FIRST_WORD: readonly Field[] = [
  { at: 0, bytes: 1 }, // op
  { at: 1, bytes: 1 }, // fn
  { at: 2, bytes: 1 }, // element bytes
  { at: 3, bytes: 1 }, // loops
  { at: 4, bytes: 4 }, // zero
  { at: 8, bytes: 4 }, // rows
  { at: 12, bytes: 4 }, // columns
  { at: 16, bytes: 4 }, // a
  { at: 20, bytes: 4 }, // b
  { at: 24, bytes: 4 }, // immediate
  { at: 28, bytes: 4 }, // pad
];
const VIEW_WORDS: readonly Field[] = [
  ...[32, 36, 40, 44].map((at) => ({ at, bytes: 4 })), // dims
  ...[48, 52, 56, 60].map((at) => ({ at, bytes: 4 })), // offsets
  ...Array.from({ length: 8 }, (_, i) => [
    { at: 64 + 8 * i, bytes: 4 }, // extent
    { at: 68 + 8 * i, bytes: 1 }, // axis
    { at: 69 + 8 * i, bytes: 3 }, // stride
  ]).flat(),
];
const VIEW = 5;

/**
 * A copy of an encoded program with one field of one node changed: to a neighbour, its double or
 * half, an extreme, the value of the same field in another node, or a random value. The program may
 * stay valid, and may even stay the same.
 */
export function mutateProgram(random: Random, program: Uint8Array): Uint8Array {
  const mutated = Uint8Array.from(program);
  const view = new DataView(mutated.buffer);
  const nodes = program.length / NODE_BYTES;
  const base = NODE_BYTES * random.int(0, nodes - 1);
  const other = NODE_BYTES * random.int(0, nodes - 1);
  const fields = mutated[base] === VIEW && random.oneIn(2) ? VIEW_WORDS : FIRST_WORD;
  const field = random.pick(fields);
  const old = read(view, base + field.at, field.bytes);
  const top = 2 ** (8 * field.bytes) - 1;
  const value = random.pick([
    old + 1,
    old - 1,
    2 * old,
    Math.floor(old / 2),
    0,
    1,
    top,
    Math.ceil(top / 2),
    read(view, other + field.at, field.bytes),
    random.int(0, 8),
    random.int(0, top),
  ]);
  write(view, base + field.at, field.bytes, value);
  return mutated;
}

function read(view: DataView, at: number, bytes: number): number {
  let value = 0;
  for (let i = 0; i < bytes; i++) value = 256 * value + view.getUint8(at + i);
  return value;
}

/** Writes the low bytes of `value`. */
function write(view: DataView, at: number, bytes: number, value: number): void {
  for (let i = bytes - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) {
    view.setUint8(at + i, ((rest % 256) + 256) % 256);
  }
}
