import { ReferenceExecutor, allocate, ceilLog2, tensorId } from "../../../tensor/src/index";
import type { Hex, Model, NodeResults, Tensor } from "../../../tensor/src/index";
import type { Descent, Knowledge } from "../../../sdk/src/index";
import { knowing, resultsOf } from "../arena";
import { ForgedTree } from "./forgedTree";
import { Draft, noise, truthShown } from "./lies";
import type { Lie, ShownUnit } from "./lies";
import type { Invention } from "./forgedTree";
import type { Random } from "../random";

/** What is true of a job. */
export interface Truth {
  readonly model: Model;
  readonly chained: boolean;
  /** Those of all units; of a chained job that of unit 0. */
  readonly inputs: readonly Tensor[];
  readonly traces: readonly NodeResults[];
}

/** What a worker delivered, and what it can show of it. */
export interface Claim {
  readonly model: Model;
  readonly outputs: readonly Hex[];
  readonly units: ForgedTree;
  show(unit: number): ShownUnit;
}

/** What is true of `units` runs on inputs that are taken in turn, or of a chain from the first. */
export function truthOf(
  model: Model,
  inputs: readonly Tensor[],
  units: number,
  chained: boolean,
): Truth {
  const executor = new ReferenceExecutor();
  const run = (input: Tensor) => resultsOf(executor.trace(model, input));
  if (!chained) {
    const runs = inputs.map(run);
    const inTurn = <T>(items: readonly T[]) =>
      Array.from({ length: units }, (_, unit) => items[unit % items.length]);
    return { model, chained, inputs: inTurn(inputs), traces: inTurn(runs) };
  }
  const traces: NodeResults[] = [];
  for (let input = inputs[0]; traces.length < units; input = outputOf(traces[traces.length - 1])) {
    traces.push(run(input));
  }
  return { model, chained, inputs: [inputs[0]], traces };
}

/** What somebody knows who computed a job itself. */
export function knowledgeOf({ model, inputs, traces, chained }: Truth): Knowledge {
  return knowing(model, inputs, traces, chained);
}

/** What somebody knows who computed one unit. */
export function sampleOf(truth: Truth, unit: number): Knowledge {
  const { ids } = truth.traces[unit];
  const outputIds = new Map([[unit, ids[ids.length - 1]]]);
  return { ...knowledgeOf(truth), outputIds };
}

/** What somebody knows who is wrong about a unit. */
export function mistakeOf(truth: Truth, unit: number, random: Random): Knowledge {
  const { model, inputs, traces, chained } = truth;
  const draft = new Draft(model, traces[unit], random);
  const node = random.int(0, draft.last);
  draft.set(node, draft.wrong(node));
  draft.follow(node);
  draft.finish();
  const wrong = traces.map((trace, i) => (i === unit ? resultsOf(draft.results) : trace));
  return knowing(model, inputs, wrong, chained);
}

/**
 * What somebody knows who is wrong about one element in the first row of a node's result, and about the
 * output, of the first unit.
 */
export function mistakenAbout(truth: Truth, node: number, column = 0): Knowledge {
  const { ids, result } = truth.traces[0];
  const results = ids.map((_, index) => result(index));
  const { data } = results[node];
  const wrong = allocate(results[node].dtype, data.length);
  wrong.set(data);
  wrong[column] ^= 1;
  const trace = resultsOf(results.with(node, { ...results[node], data: wrong }));
  return believing(truth, trace);
}

/** What somebody knows who holds the output of the first unit for false, and a trace for its true one. */
export function believing(truth: Truth, trace: NodeResults): Knowledge {
  const known = knowledgeOf(truth);
  const outputIds = new Map([...known.outputIds, [0, trace.tree.root]]);
  return { ...known, outputIds, trace: async () => trace };
}

/** The claim of an honest worker. */
export function trueClaim(truth: Truth, inventions: readonly Invention[] = []): Claim {
  const outputs = truth.traces.map(lastId);
  return claimOf(truth, outputs, new Map(), inventions);
}

/**
 * A claim with one unit that is false, first at a node from `from` on that the lie fits, and in a chained
 * job often in the units after it; undefined if the lie fits no node.
 */
export function falseClaim(
  truth: Truth,
  unit: number,
  { fits, tell }: Lie,
  random: Random,
  from: number,
  inventions: readonly Invention[] = [],
): Claim | undefined {
  const draft = new Draft(truth.model, truth.traces[unit], random);
  const nodes = [...draft.ids.keys()];
  const node = [...nodes.slice(from), ...nodes.slice(0, from)].find((index) => fits(draft, index));
  if (node === undefined) return undefined;
  tell(draft, node);
  const shown = draft.finish();
  const outputs = truth.traces.map(lastId);
  outputs[unit] = shown.output;
  const output = draft.results[draft.last];
  if (truth.chained && random.oneIn(2) && tensorId(output) === shown.output) {
    const after = truthOf(truth.model, [output], outputs.length - unit - 1, true).traces;
    after.forEach((trace, i) => (outputs[unit + 1 + i] = lastId(trace)));
  }
  return claimOf(truth, outputs, new Map([[unit, shown]]), inventions);
}

/** A claim that is true, but for what is behind the last node in the traces that its worker shows. */
export function dirtyTraces(truth: Truth, random: Random): Claim {
  const shown = truth.traces.map((trace): ShownUnit => {
    const node = { height: 0, index: trace.ids.length, node: noise(random) };
    return { ...truthShown(trace), trace: new ForgedTree(trace.ids, [node]) };
  });
  return claimOf(truth, truth.traces.map(lastId), new Map(shown.entries()));
}

/** Something made up, anywhere behind the last of `length` leaves. */
export function inventionBehind(length: number, random: Random): Invention {
  const depth = ceilLog2(length);
  const places = Array.from({ length: depth }, (_, height) =>
    Array.from({ length: 2 ** (depth - height) }, (_, index) => ({ height, index })),
  ).flat();
  const behind = places.filter(({ height, index }) => index * 2 ** height >= length);
  return { ...random.pick(behind), node: noise(random) };
}

/** The way down from the output root to the node above a unit that is so many levels up. */
export function descentTo({ units }: Claim, unit: number, height: number): Descent {
  const index = unit >> height;
  const [node, siblings] = [units.node(height, index), units.siblings({ height, index })];
  return { height: BigInt(height), index: BigInt(index), node, siblings };
}

function claimOf(
  { model, traces }: Truth,
  outputs: readonly Hex[],
  shown: Map<number, ShownUnit>,
  inventions: readonly Invention[] = [],
): Claim {
  const show = (unit: number) => {
    const unchanged = shown.get(unit) ?? truthShown(traces[unit]);
    shown.set(unit, unchanged);
    return unchanged;
  };
  return { model, outputs, units: new ForgedTree(outputs, inventions), show };
}

function lastId({ ids }: NodeResults): Hex {
  return ids[ids.length - 1];
}

function outputOf({ ids, result }: NodeResults): Tensor {
  return result(ids.length - 1);
}
