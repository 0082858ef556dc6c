import {
  WORD_BYTES,
  allocate,
  bytesToHex,
  dtypeSize,
  evaluateNode,
  layoutOf,
  operandsOf,
  tensorId,
  tensorIdOf,
  tensorWords,
  wordsIn,
} from "../../../tensor/src/index";
import type { Header, Hex, Model, NodeResults, Tensor } from "../../../tensor/src/index";
import { randomInput } from "../randomProgram";
import { randomElement, randomTensor } from "../random";
import { ForgedTree } from "./forgedTree";
import type { Invention } from "./forgedTree";
import type { Random } from "../random";

/** The results of one unit as a worker can show them. */
export interface ShownUnit {
  readonly trace: ForgedTree;
  /** The output that is delivered. */
  readonly output: Hex;
  /** The words of a node's result; undefined if nothing hashes to its id. */
  words(node: number): ForgedTree | undefined;
}

/** A way to be wrong about a node. */
export interface Lie {
  /** Whether it can be told about a node. */
  readonly fits: (draft: Draft, node: number) => boolean;
  /** Tells it. */
  readonly tell: (draft: Draft, node: number) => void;
}

/** The true results of one unit, to be falsified. */
export class Draft {
  readonly results: Tensor[];
  readonly ids: Hex[];
  /** Made up nodes of the trace's tree. */
  readonly invented: Invention[] = [];
  readonly last: number;
  private readonly forged = new Map<number, ForgedTree | undefined>();
  private delivered: Hex | undefined;

  constructor(
    readonly model: Model,
    private readonly truth: NodeResults,
    readonly random: Random,
  ) {
    this.ids = [...truth.ids];
    this.last = this.ids.length - 1;
    this.results = this.ids.map((_, index) => truth.result(index));
  }

  /** Holds `result` for the result of a node. */
  set(node: number, result: Tensor): void {
    this.results[node] = result;
    this.ids[node] = tensorId(result);
    this.forged.delete(node);
  }

  /** Holds something for the id of a node's result that its elements do not have. */
  forge(node: number, id: Hex, words?: ForgedTree): void {
    this.ids[node] = id;
    this.forged.set(node, words);
  }

  /** Computes all that follows from a node again. */
  follow(node: number): void {
    const { nodes } = this.model.program;
    for (let index = node + 1; index < nodes.length; index++) {
      const next = nodes[index];
      if (next.op === "input" || next.op === "const") continue;
      const operands = operandsOf(next).map((operand) => this.results[operand]);
      this.set(index, evaluateNode(next, operands));
    }
  }

  /** Delivers something else than what the trace ends in. */
  deliver(output: Hex): void {
    this.delivered = output;
  }

  /** The result with `count` elements changed. */
  wrong(node: number, count = 1): Tensor {
    const result = this.results[node];
    const data = allocate(result.dtype, result.data.length);
    data.set(result.data);
    for (let i = 0; i < count; i++) {
      const at = this.random.int(0, data.length - 1);
      const value = randomElement(this.random, result.dtype);
      data[at] = value === result.data[at] ? value ^ 1 : value;
    }
    return { ...result, data };
  }

  /** The words of a result, some of them overwritten. */
  words(node: number, changes: ReadonlyMap<number, Hex>, invented?: Invention[]): ForgedTree {
    const words = wordsOf(this.results[node]).map((word, i) => changes.get(i) ?? word);
    return new ForgedTree(words, invented);
  }

  /** A word of chance. */
  noise(): Hex {
    return noise(this.random);
  }

  /** What a worker shows that holds the draft for true; its output is false. */
  finish(): ShownUnit {
    const output = this.delivered ?? this.ids[this.last];
    if (output === this.truth.ids[this.last]) {
      this.set(this.last, this.wrong(this.last));
      return this.finish();
    }
    return {
      trace: new ForgedTree(this.ids, this.invented),
      words: (node) =>
        this.forged.has(node) ? this.forged.get(node) : new ForgedTree(wordsOf(this.results[node])),
      output,
    };
  }
}

/** A word of chance without zero bytes. */
export function noise(random: Random): Hex {
  return bytesToHex(Uint8Array.from({ length: WORD_BYTES }, () => random.int(1, 255)));
}

/** The true results of a unit as a worker shows them. */
export function truthShown({ ids, result }: NodeResults): ShownUnit {
  const words = (node: number) => new ForgedTree(wordsOf(result(node)));
  return { trace: new ForgedTree(ids), words, output: ids[ids.length - 1] };
}

/** Every lie about a node, by what is wrong. A node's own result is the first that differs. */
export const LIES: Readonly<Record<string, Lie>> = {
  "an element, and what follows from it": {
    fits: () => true,
    tell: (draft, node) => {
      draft.set(node, draft.wrong(node));
      draft.follow(node);
    },
  },
  "an element of one result only": {
    fits: () => true,
    tell: (draft, node) => draft.set(node, draft.wrong(node)),
  },
  "many elements": {
    fits: () => true,
    tell: (draft, node) => {
      draft.set(node, draft.wrong(node, draft.results[node].data.length));
      if (draft.random.oneIn(2)) draft.follow(node);
    },
  },
  "the shape of the right bytes": {
    fits: () => true,
    tell: (draft, node) => {
      const { dtype, rows, cols } = draft.results[node];
      const shape = rows === cols ? { rows: rows + 1, cols } : { rows: cols, cols: rows };
      const header: Header = { dtype, ...shape };
      const words = draft.words(node, new Map());
      draft.forge(node, tensorIdOf(header, words.root), words);
    },
  },
  "bytes behind the columns": {
    fits: (draft, node) => usedBytes(draft.results[node]) % WORD_BYTES !== 0,
    tell: (draft, node) => {
      const result = draft.results[node];
      const used = usedBytes(result);
      const row = draft.random.int(0, result.rows - 1);
      const at = row * layoutOf(result).rowWords + Math.floor(used / WORD_BYTES);
      const behind = draft.noise().slice(2 + 2 * (used % WORD_BYTES));
      const dirty = wordsOf(result)[at].slice(0, 2 + 2 * (used % WORD_BYTES)) + behind;
      dirt(draft, node, at, dirty as Hex);
    },
  },
  "padding words": {
    fits: (draft, node) => paddingWords(draft.results[node]).length > 0,
    tell: (draft, node) =>
      dirt(draft, node, draft.random.pick(paddingWords(draft.results[node])), draft.noise()),
  },
  "a node inside a tensor": {
    fits: (draft, node) => layoutOf(draft.results[node]).depth > 0,
    tell: (draft, node) => {
      const { depth } = layoutOf(draft.results[node]);
      const height = draft.random.int(1, depth);
      const index = draft.random.int(0, 2 ** (depth - height) - 1);
      const words = draft.words(node, new Map(), [{ height, index, node: draft.noise() }]);
      draft.forge(node, tensorIdOf(draft.results[node], words.root), words);
    },
  },
  "an id that nothing hashes to": {
    fits: () => true,
    tell: (draft, node) => draft.forge(node, draft.noise()),
  },
  "a node inside the trace": {
    fits: (draft, node) => node >> 1 !== draft.last >> 1,
    tell: (draft, node) => {
      const heights = [1, 2, 3, 4, 5, 6].filter(
        (height) => node >> height !== draft.last >> height,
      );
      const height = draft.random.pick(heights);
      draft.invented.push({ height, index: node >> height, node: draft.noise() });
    },
  },
  "what is behind the trace": {
    fits: ({ ids: { length } }) => (length & (length - 1)) !== 0,
    tell: (draft) => draft.invented.push({ height: 0, index: draft.last + 1, node: draft.noise() }),
  },
  "the order of two results": {
    fits: (draft, node) => draft.ids.some((id) => id !== draft.ids[node]),
    tell: (draft, node) => {
      const others = [...draft.ids.keys()].filter((index) => draft.ids[index] !== draft.ids[node]);
      const other = draft.random.pick(others);
      const [id, otherId] = [draft.ids[node], draft.ids[other]];
      const [words, otherWords] = [draft.words(node, new Map()), draft.words(other, new Map())];
      draft.forge(node, otherId, otherWords);
      draft.forge(other, id, words);
    },
  },
  "the input": {
    fits: (_, node) => node === 0,
    tell: (draft) => {
      draft.set(0, randomInput(draft.random.int(0, 2 ** 30), draft.model));
      draft.follow(0);
    },
  },
  "a constant": {
    fits: ({ model }, node) => model.program.nodes[node].op === "const",
    tell: (draft, node) => {
      const { dtype, rows, cols } = draft.results[node];
      draft.set(node, randomTensor(draft.random, dtype, rows, cols));
      draft.follow(node);
    },
  },
  "an output that the trace has not": {
    fits: (draft, node) => node === draft.last,
    tell: (draft, node) => draft.deliver(tensorId(draft.wrong(node))),
  },
  "an output that stands elsewhere in the trace": {
    fits: (draft, node) => node !== draft.last,
    tell: (draft, node) => {
      const output = tensorId(draft.wrong(draft.last));
      draft.forge(node, output);
      draft.deliver(output);
    },
  },
};

function dirt(draft: Draft, node: number, at: number, word: Hex): void {
  const words = draft.words(node, new Map([[at, word]]));
  draft.forge(node, tensorIdOf(draft.results[node], words.root), words);
}

/** Bytes of a row without padding. */
function usedBytes({ dtype, cols }: Header): number {
  return cols * dtypeSize(dtype);
}

/** Indices of the words that hold no element. */
function paddingWords(header: Header): number[] {
  const { rowWords, words } = layoutOf(header);
  const used = Math.ceil(usedBytes(header) / WORD_BYTES);
  return Array.from({ length: words }, (_, i) => i).filter(
    (i) => Math.floor(i / rowWords) >= header.rows || i % rowWords >= used,
  );
}

function wordsOf(tensor: Tensor): Hex[] {
  return wordsIn(tensorWords(tensor));
}
