import { ProgramBuilder } from "../builder";
import { reshape, slice } from "../layers";
import { tensor } from "../tensor";
import { checkOptions, dimensionsOf, roundedBits, shareTable, valueBits } from "./options";
import { OWNER_ELEMENTS, WORD_ELEMENTS } from "./rows";
import { BLOCKS, POINTS, SUMS, TESTS, stateHeader } from "./state";
import type { Value } from "../builder";
import type { Model } from "../model";
import type { Loop } from "../node";
import type { ValuationOptions } from "./options";

/** Above all squares of distances and radii, and their doubles in ranks; twice as much fits i32. */
const FAR = 2 ** 28;

/** The greatest i8, at which stores saturate. */
const TOP = 127;

/** Bytes of an element of the state. */
const BYTES = 4;

/**
 * The program that values contributed points by K nearest neighbours, one test point a unit: a
 * chained job of as many units as there are test points. Input and output are a state (see
 * `encodeState`): points, test points, sums, values. A unit adds each point's value for the first test
 * point to its sum, moves the other test points up, and writes what each slot is worth so far: the
 * sum of its rows' sums, each rounded half up by `valueBits`, in row s for slot s, and the total of
 * those above 0 in the row after them.
 *
 * For one test point, with rank r_i = 1 + the number of points j with (d_j, j) < (d_i, i), and
 * c_i = 1 if the labels agree, else 0:
 *
 *   s_i = c_i a(r_i) + sum over r_j > r_i of c_j (a(r_j) - a(r_j - 1)),  a(t) = min(K, t) / (K t)
 *
 * which is the Shapley value of i in the game whose worth is the share of right votes among the K
 * nearest: theorem 1 of Jia et al., "Efficient task-specific data valuation for nearest neighbor
 * algorithms" (2019), with its recursion written out as a sum. Distances are exact squares, shares
 * are rounded (see `shareTable`), and the result is rounded half up to units of `wholeShare`. So a
 * value is off by less than one unit for each test point.
 *
 * A row is empty if its label is 0, or if its owner is not that of its slot's header, the first row
 * of the slot. Empty rows, and points within the radius of an earlier point, are worth exactly 0 and rank behind
 * all others, so that they change the value of none. An earlier point counts even if it is itself
 * such a copy.
 *
 * Throws `ValuationError` OPTIONS.
 */
export function knnShapleyProgram(options: ValuationOptions): Model {
  checkOptions(options);
  const builder = new ProgramBuilder();
  const { dtype, rows, cols } = stateHeader(options);
  const state = builder.input("state", dtype, rows, cols);
  const parts = new Parts(builder, options, state);
  const given = parts.given();
  const live = parts.live(given);
  const notNearer = parts.notNearer(live);
  const sums = parts.sums(parts.values(notNearer, parts.agreeing(live)));
  parts.nextState(sums, parts.slots(sums));
  return builder.build();
}

/**
 * Sections of the program. A list over points is one row; a matrix over pairs of points has a row
 * for i and a column for j.
 */
class Parts {
  private readonly zero: Value;
  private readonly one: Value;
  private readonly two: Value;
  private readonly embeddings: Value;
  private readonly doubled: Value;
  private readonly labels: Value;
  private readonly test: Value;
  private readonly testLabel: Value;
  /** 2 x_i x_j. */
  private readonly products: Value;
  /** 2 |x_i|^2. */
  private readonly doubledNorms: Value;

  constructor(
    private readonly builder: ProgramBuilder,
    private readonly options: ValuationOptions,
    private readonly state: Value,
  ) {
    const { rows } = options;
    const dimensions = dimensionsOf(options);
    this.zero = this.scalar("zero", 0);
    this.one = this.scalar("one", 1);
    this.two = this.scalar("two", 2);
    const bytes = this.unpack();
    const part = (name: string, first: number, count: number, col: number, cols: number) =>
      slice(builder, name, bytes, { firstRow: first, rows: count, firstCol: col, cols });
    this.embeddings = part("embeddings", 0, rows, 0, dimensions);
    this.labels = builder.view("labels", bytes, {
      rows: 1,
      cols: rows,
      dims: [1, 1, bytes.rows, bytes.cols],
      offsets: [0, 0, 0, dimensions],
      loops: [{ extent: rows, axis: 2, stride: 1 }],
    });
    this.test = part("test", rows, 1, 0, dimensions);
    this.testLabel = part("test label", rows, 1, dimensions, 1);
    this.doubled = builder.map.mul("doubled", this.embeddings, this.two, { dtype: "i16" });
    this.products = builder.dot("products", this.doubled, this.embeddings);
    this.doubledNorms = builder.view("doubled norms", this.products, {
      rows: 1,
      cols: rows,
      dims: [1, 1, 1, rows * rows],
      loops: [{ extent: rows, axis: 3, stride: rows + 1 }],
    });
  }

  /** 1 for each row that has a label and the owner of its slot. */
  given(): Value {
    const { map } = this.builder;
    const squares = map.mul("squared labels", this.labels, this.labels);
    const labelled = map.min("labelled", squares, this.one);
    return map.max("given", map.sub("labelled if own", labelled, this.foreign()), this.zero);
  }

  /**
   * 1 for each given point that is the first within its own radius. TOP + R^2 - |x_i - x_j|^2
   * saturates at TOP just where j is within the radius of i, so the first greatest of a row is the
   * first such j; a given point is within its own radius.
   */
  live(given: Value): Value {
    const { builder, options } = this;
    const { map } = builder;
    const { rows, radiusSquared } = options;
    const norms = map.mul("norms", this.doubledNorms, this.one, { shift: 1 });
    const empty = map.sub("empty", this.one, given);
    const away = map.mul("away", empty, this.scalar("out of reach", FAR));
    const others = map.add("norms of others", norms, away);
    const slack = this.scalar("slack", TOP + radiusSquared);
    const own = this.column("own norms", map.sub("own norms less slack", norms, slack));
    const half = map.sub("products less norms", this.products, others);
    const closeness = map.sub("closeness", half, own, { dtype: "i8" });
    const first = builder.reduce("first close", "argmax", closeness, { rows: 1, cols: rows });
    const before = this.list("index less one", (i) => i - 1);
    const original = map.sub("original", first, before);
    return map.max("live", map.min("live if given", original, given), this.zero);
  }

  /**
   * 1 where j is not nearer to the test point than i, else 0; at the same distance the earlier point
   * is nearer, and i is not nearer than itself. Doubled distances leave room for the 1 that decides
   * between equal ones. x / x is 1 if x > 0, else 0.
   */
  notNearer(live: Value): Value {
    const { builder } = this;
    const { map } = builder;
    const narrow = { dtype: "i8" } as const;
    const distances = this.distances(live);
    const lead = map.sub("lead", distances, this.column("own distances", distances), narrow);
    const decided = map.add("decided lead", lead, this.notEarlier(), narrow);
    return map.div("not nearer", decided, decided, narrow);
  }

  /** 1 for each live point with the label of the test point. */
  agreeing(live: Value): Value {
    const { map } = this.builder;
    const difference = map.sub("label difference", this.labels, this.testLabel);
    const square = map.mul("squared difference", difference, difference);
    const same = map.sub("same label", this.one, square);
    return map.max("agreeing", map.min("agreeing if live", same, live), this.zero);
  }

  /** The value of each point for the test point. */
  values(notNearer: Value, agreeing: Value): Value {
    const { builder, options } = this;
    const { map } = builder;
    const { rows } = options;
    const shape = { rows: 1, cols: rows };
    const count = builder.reduce("count not nearer", "sum", notNearer, shape);
    const nearer = map.sub("count nearer", this.scalar("rows", rows), count);
    const [whole, ...rest] = shareTable(options);
    // Point i is among those not nearer, which turns its share a(r) into a(r - 1).
    const shares = [whole, whole, ...rest].slice(0, rows);
    const steps = [whole, ...rest].map((share, t) => share - shares[t]);
    const share = builder.take(
      "share",
      this.list("shares", (t) => shares[t]),
      nearer,
    );
    const step = builder.take(
      "step",
      this.list("steps", (t) => steps[t]),
      nearer,
    );
    const own = map.mul("own share", agreeing, share);
    const losses = map.mul("losses", agreeing, step);
    const behind = builder.dot("losses behind", notNearer, losses, shape);
    const fine = map.add("fine value", own, behind);
    return map.mul("value", fine, this.one, { shift: roundedBits(options) });
  }

  /** The sums of the state with `values` added. */
  sums(values: Value): Value {
    const { builder, state } = this;
    const { rows } = this.options;
    const before = builder.view("sums before", state, {
      rows: 1,
      cols: rows,
      dims: [1, 1, state.rows, state.cols],
      offsets: [0, 0, SUMS * rows, 0],
      loops: [{ extent: rows, axis: 2, stride: 1 }],
    });
    return builder.map.add("sums", before, values);
  }

  /** The value of each slot, then the total, then zeros: one element for each row. */
  slots(sums: Value): Value {
    const { builder, options } = this;
    const { map } = builder;
    const { rows, slotRows } = options;
    const count = rows / slotRows;
    const rounded = map.mul("rounded sums", sums, this.one, { shift: valueBits(options) });
    const bySlot = reshape(builder, "rounded sums by slot", rounded, count, slotRows);
    const values = builder.reduce("values of slots", "sum", bySlot, { rows: 1, cols: count });
    const positive = map.max("values above 0", values, this.zero);
    const total = builder.reduce("total", "sum", positive);
    const placed = this.placed("placed values of slots", values, 0, rows);
    return map.add("values and total", placed, this.placed("placed total", total, count, rows));
  }

  /** The state with these first elements of sums and values, and the test points moved up a row. */
  nextState(sums: Value, slots: Value): Value {
    const { builder } = this;
    const { map } = builder;
    const { rows } = this.options;
    const points = this.keptBlock("kept points", POINTS, 0);
    const tests = this.keptBlock("moved tests", TESTS, 1);
    const results = map.add(
      "results",
      this.placed("placed sums", sums, 0, 2 * rows),
      this.placed("placed values", slots, rows, 2 * rows),
    );
    const placed = builder.view("placed results", results, {
      rows: this.state.rows,
      cols: this.state.cols,
      dims: [1, 1, 2 * rows, 1],
      offsets: [0, 0, -SUMS * rows, 0],
      loops: [
        { extent: this.state.rows, axis: 2, stride: 1 },
        { extent: this.state.cols, axis: 3, stride: 1 },
      ],
    });
    return map.add("next state", map.add("kept", points, tests), placed);
  }

  /** Above 0 for each row with another owner than its slot's header; i8 keeps what differs from 0. */
  private foreign(): Value {
    const { builder } = this;
    const { map } = builder;
    const { rows, slotRows } = this.options;
    const slots = { extent: rows / slotRows, axis: 2, stride: slotRows };
    const own = this.owners("owners", [{ extent: rows, axis: 2, stride: 1 }]);
    const heads = this.owners("owners of slots", [slots, { extent: slotRows, axis: 2, stride: 0 }]);
    const difference = map.sub("owner difference", own, heads, { dtype: "i8" });
    const squares = map.mul("squared owner difference", difference, difference);
    return builder.reduce("foreign", "sum", squares, { rows: 1, cols: rows });
  }

  /** The owners in the tags of the rows of points that the loops go to. */
  private owners(name: string, loops: readonly Loop[]): Value {
    const { builder, state, options } = this;
    return builder.view(name, state, {
      rows: options.rows,
      cols: OWNER_ELEMENTS,
      dims: [1, 1, state.rows, state.cols],
      offsets: [0, 0, POINTS * options.rows, state.cols - WORD_ELEMENTS],
      loops: [...loops, { extent: OWNER_ELEMENTS, axis: 3, stride: 1 }],
    });
  }

  /** A state that has zeros but in `block`: there the rows of this state from row `shift` on. */
  private keptBlock(name: string, block: number, shift: number): Value {
    const { builder, state, options } = this;
    // The stride leads from `block` out of the state on both sides, where the view reads zeros.
    return builder.view(name, state, {
      rows: state.rows,
      cols: state.cols,
      dims: [1, BLOCKS, options.rows, state.cols],
      offsets: [0, block - BLOCKS * block, shift, 0],
      loops: [
        { extent: BLOCKS, axis: 1, stride: BLOCKS },
        { extent: options.rows, axis: 2, stride: 1 },
        { extent: state.cols, axis: 3, stride: 1 },
      ],
    });
  }

  /** A list of `count` elements that has `list` from element `first` on, and zeros elsewhere. */
  private placed(name: string, list: Value, first: number, count: number): Value {
    return this.builder.view(name, list, {
      rows: 1,
      cols: count,
      dims: [1, 1, 1, list.cols],
      offsets: [0, 0, 0, -first],
      loops: [{ extent: count, axis: 3, stride: 1 }],
    });
  }

  /**
   * Bytes before the tags of the points and of the first test point, which follows them: each is moved to the top of
   * its element, and what is below it is rounded down.
   */
  private unpack(): Value {
    const { builder, state, options } = this;
    const rows = options.rows + 1;
    const cols = state.cols - WORD_ELEMENTS;
    const spread = builder.view("spread", state, {
      rows,
      cols: BYTES * cols,
      dims: [1, 1, state.rows, state.cols],
      offsets: [0, 0, POINTS * options.rows, 0],
      loops: [
        { extent: rows, axis: 2, stride: 1 },
        { extent: cols, axis: 3, stride: 1 },
        { extent: BYTES, axis: 1, stride: 0 },
      ],
    });
    const factors = tensor("i32", 1, BYTES, [1, 2 ** 8, 2 ** 16, 2 ** 24]);
    const { map } = builder;
    const top = map.mul("top byte", spread, builder.constant("factors", factors));
    // Half of the last place is subtracted, so that the shift, which adds it, rounds down.
    const least = map.max("not too low", top, this.scalar("lowest", 2 ** 23 - 2 ** 31));
    const lowered = map.sub("lowered", least, this.scalar("half", 2 ** 23));
    return map.mul("bytes", lowered, this.one, { shift: 24, dtype: "i8" });
  }

  /**
   * Twice |x_i|^2 - 2 x_i y, which is the square of the distance less |y|^2, the same for all; FAR
   * for points that are not live. It is above -FAR and below FAR for 2,015 dimensions.
   */
  private distances(live: Value): Value {
    const { builder, options } = this;
    const { map } = builder;
    const shape = { rows: 1, cols: options.rows };
    const cross = builder.dot("products with test", this.doubled, this.test, shape);
    const doubledCross = map.mul("doubled products", cross, this.two);
    const near = map.sub("distances", this.doubledNorms, doubledCross);
    const span = map.mul("span", live, this.scalar("twice far", 2 * FAR));
    const least = map.sub("least distances", this.scalar("far distance", FAR), span);
    return map.max("distances in rank", near, least);
  }

  /** 1 where j >= i. */
  private notEarlier(): Value {
    const { builder, options } = this;
    const { rows } = options;
    const diagonals = Array.from({ length: 2 * rows - 1 }, (_, k) => (k >= rows - 1 ? 1 : 0));
    const table = builder.constant("diagonals", tensor("i8", 1, diagonals.length, diagonals));
    return builder.view("not earlier", table, {
      rows,
      cols: rows,
      dims: [1, 1, 1, diagonals.length],
      offsets: [0, 0, 0, rows - 1],
      loops: [
        { extent: rows, axis: 3, stride: -1 },
        { extent: rows, axis: 3, stride: 1 },
      ],
    });
  }

  private column(name: string, list: Value): Value {
    return reshape(this.builder, name, list, list.cols, 1);
  }

  private list(name: string, element: (index: number) => number): Value {
    const { rows } = this.options;
    const elements = Array.from({ length: rows }, (_, i) => element(i));
    return this.builder.constant(name, tensor("i32", 1, rows, elements));
  }

  private scalar(name: string, value: number): Value {
    return this.builder.constant(name, tensor("i32", 1, 1, [value]));
  }
}
