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
import { createRandom, randomDType, randomTensor } from "../shared/random";
import { randomProgram } from "../shared/randomProgram";

/** Vectors in each file. */
export const VECTORS = 1_000;

const SEED = 2_026;
const LONGEST_ROW = 70;
const LONGEST_COLUMN = 40;
const LONGEST_LIST = 70;

/** The random vectors, by file name; the README beside this file says what the fields are. */
export function generate(): Record<"tensors" | "lists" | "programs", object[]> {
  const tensors = tensorVectors();
  return { tensors, lists: listVectors(tensors), programs: programVectors() };
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

function withoutTrailingZeros(hex: string): string {
  return hex.replace(/(00)+$/, "");
}

if (require.main === module) {
  for (const [name, vectors] of Object.entries(generate())) {
    writeFileSync(join(__dirname, `${name}.json`), format(vectors));
  }
}
