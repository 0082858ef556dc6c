import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  bytesToHex,
  elementBytes,
  encodeNode,
  listRoot,
  modelId,
  programRoot,
  programWork,
  tensorId,
  tensorRoot,
  traceBytes,
} from "../../tensor/src/index";
import { APPROVAL_STRUCT, ASK_STRUCT, BID_STRUCT, RECEIPT_STRUCT, digestOf } from "../../sdk/src/index";
import { createRandom, randomDType, randomTensor } from "../shared/random";
import { randomProgram } from "../shared/randomProgram";
import type { Hex } from "../../tensor/src/index";
import type { Random } from "../shared/random";

/** Vectors in each file. */
export const VECTORS = 1_000;

const SEED = 2_026;
const LONGEST_ROW = 70;
const LONGEST_COLUMN = 40;
const LONGEST_LIST = 70;
const STRUCTS = [ASK_STRUCT, BID_STRUCT, APPROVAL_STRUCT, RECEIPT_STRUCT];
const TERMS_CLASSES = 3;

/** The random vectors, by file name; the README beside this file says what the fields are. */
export function generate(): Record<"tensors" | "lists" | "programs" | "digests", object[]> {
  const tensors = tensorVectors();
  return {
    tensors,
    lists: listVectors(tensors),
    programs: programVectors(),
    digests: digestVectors(),
  };
}

/** A vector file: an array with one entry a line. */
export function format(vectors: readonly object[]): string {
  return `[\n${vectors.map((vector) => JSON.stringify(vector)).join(",\n")}\n]\n`;
}

function tensorVectors() {
  const random = createRandom(SEED);
  return Array.from({ length: VECTORS }, () => {
    const [rows, cols] = random.pick([
      [random.int(1, 9), random.int(1, 9)],
      [1, random.int(1, LONGEST_ROW)],
      [random.int(1, LONGEST_COLUMN), 1],
    ]);
    const value = randomTensor(random, randomDType(random), rows, cols);
    return {
      dtype: value.dtype,
      rows,
      cols,
      elements: bytesToHex(elementBytes(value)),
      root: tensorRoot(value),
      id: tensorId(value),
    };
  });
}

function listVectors(tensors: ReturnType<typeof tensorVectors>) {
  const random = createRandom(SEED + 1);
  return Array.from({ length: VECTORS }, () => {
    const length = random.int(1, random.oneIn(2) ? 9 : LONGEST_LIST);
    const first = random.int(0, tensors.length - length);
    const leaves = tensors.slice(first, first + length).map(({ id }) => id);
    return { first, length, root: listRoot(leaves) };
  });
}

function programVectors() {
  const vectors = [];
  for (let seed = 0; vectors.length < VECTORS; seed++) {
    const { program } = randomProgram(seed, { instructions: 1 + (seed % 3), elements: 40 });
    const work = programWork(program);
    if (work === 0n) continue;
    vectors.push({
      nodes: program.nodes.map((node) => withoutTrailingZeros(bytesToHex(encodeNode(node)))),
      root: programRoot(program),
      work: Number(work),
      traceBytes: Number(traceBytes(program)),
      modelId: modelId(program),
    });
  }
  return vectors;
}

function digestVectors() {
  const random = createRandom(SEED + 2);
  return Array.from({ length: VECTORS }, (_, i) => {
    const struct = STRUCTS[i % STRUCTS.length];
    const chainId = random.int(1, 2 ** 32 - 1);
    const contract = randomHex(random, 20);
    const fields = struct.fields.map(({ name, type }) => randomField(random, name, type));
    const value = Object.fromEntries(struct.fields.map(({ name }, field) => [name, fields[field]]));
    const domain = { chainId: BigInt(chainId), verifyingContract: contract };
    const digest = digestOf(domain, struct, value);
    return { struct: struct.name, chainId, contract, fields, digest };
  });
}

function randomField(random: Random, name: string, type: string): string | boolean {
  if (type === "bool") return random.oneIn(2);
  if (type === "address") return random.oneIn(8) ? `0x${"00".repeat(20)}` : randomHex(random, 20);
  if (type === "bytes32") return randomHex(random, 32);
  if (name === "termsClass") return String(random.int(0, TERMS_CLASSES - 1));
  return String(randomUint(random, Number(type.slice("uint".length))));
}

/** An unsigned integer: in half of the cases one near a limit or a power of two. */
function randomUint(random: Random, bits: number): bigint {
  const value = BigInt(randomHex(random, 32));
  const power = 1n << BigInt(random.int(0, bits - 1));
  const common = random.pick([0n, 1n, -1n, power, power - 1n, power + 1n]);
  return BigInt.asUintN(bits, random.oneIn(2) ? common : value);
}

function randomHex(random: Random, length: number): Hex {
  return bytesToHex(Uint8Array.from({ length }, () => random.int(0, 255)));
}

function withoutTrailingZeros(hex: string): string {
  return hex.replace(/(00)+$/, "");
}

if (require.main === module) {
  for (const [name, vectors] of Object.entries(generate())) {
    writeFileSync(join(__dirname, `${name}.json`), format(vectors));
  }
}
