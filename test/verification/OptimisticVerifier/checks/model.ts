import { MerkleTree, ProgramBuilder, tensor } from "../../../../tensor/src/index";
import type { Hex, MapNode, Model, Tensor } from "../../../../tensor/src/index";
import type { Knowledge } from "../../../../sdk/src/index";
import { believing, mistakenAbout, truthOf } from "../../../shared/games/claims";

const [ROWS, COLS, NODES] = [3, 40, 70];

/** Nodes of the model; from `totals` on each is computed from the one before. */
export const NODE = {
  input: 0,
  constant: 1,
  sum: 2,
  total: 3,
  totals: 4,
  last: NODES - 1,
} as const;

/** Columns of the first row of `sum`: a value that is saturated, a negative one, one of the second word. */
export const COLUMN = { saturated: 0, negative: 1, secondWord: 32 } as const;

/** The true results of three units: rows of two words, and a padded row. */
export const TRUTH = truthOf(buildModel(), [1, 2, 3].map(inputOf), 3, false);

export const SUM = TRUTH.model.program.nodes[NODE.sum] as MapNode;

/** The results of the first unit. */
export const RESULTS = TRUTH.traces[0];

/** What somebody knows who is wrong about an element of a node's first row. */
export function mistakenAt(node: number, column?: number): Knowledge {
  return mistakenAbout(TRUTH, node, column);
}

/** What somebody knows who overlooks what is false in a trace up to a node, and sees the rest. */
export function overlooking(shown: readonly Hex[], upTo: number): Knowledge {
  const ids = RESULTS.ids.map((id, index) => (index <= upTo ? shown[index] : id));
  return believing(TRUTH, { ...RESULTS, ids, tree: MerkleTree.ofList(ids) });
}

function buildModel(): Model {
  const builder = new ProgramBuilder();
  const x = builder.input("x", "i8", ROWS, COLS);
  const constant = builder.constant("constant", inputOf(4));
  const sum = builder.map.add("sum", x, constant, { dtype: "i8" });
  const total = builder.reduce("total", "sum", sum);
  let last = builder.map.add(`node ${NODE.totals}`, sum, total);
  for (let node = NODE.totals + 1; node < NODES; node++) {
    last = builder.map.add(`node ${node}`, last, total);
  }
  return builder.build();
}

/** Large in the first column, negative in the second, and never 0. */
function inputOf(seed: number): Tensor {
  const row = [100, -5, ...Array.from({ length: COLS - 2 }, (_, col) => 1 + ((col + seed) % 50))];
  return tensor("i8", ROWS, COLS, Array.from({ length: ROWS }, () => row).flat());
}
