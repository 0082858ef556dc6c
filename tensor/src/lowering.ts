import { isInstruction, operandsOf } from "./node";
import type { MapNode, ProgramNode } from "./node";
import type { Header } from "./tensor";

/** A MAP applied to the values of the task it belongs to. */
export interface Stage {
  readonly index: number;
  readonly node: MapNode;
  /** The operand that is not the value itself; none of SQRT. */
  readonly other?: number;
  /** Whether the value is operand b. */
  readonly swapped: boolean;
}

/**
 * What is computed in one go: a node, then the MAPs that only its values pass through. Only the last
 * one's result is kept.
 */
export interface Task {
  readonly head: number;
  readonly stages: readonly Stage[];
}

/** How the nodes of a program are computed. */
export interface Lowering {
  /** In an order in which operands come first: by the last node of each. */
  readonly tasks: readonly Task[];
  /** VIEWs that one DOT reads in place, so that their result is never kept. */
  readonly inlined: ReadonlySet<number>;
  /** Nodes that do not depend on the input: computed once. */
  readonly fixed: ReadonlySet<number>;
}

/** Index of the node whose result a task keeps. */
export function resultOf({ head, stages }: Task): number {
  return stages.at(-1)?.index ?? head;
}

/** Whether the result of node `index` is kept. */
export type IsKept = (index: number) => boolean;

/** Computes all in every run, and keeps the results that are wanted: without `isKept` one task for each. */
export function lowerPlainly(nodes: readonly ProgramNode[], isKept: IsKept = () => true): Lowering {
  const constants = nodes.flatMap(({ op }, index) => (op === "const" ? [index] : []));
  return fuse(nodes, new Set(constants), isKept);
}

/** Computes once what can be, and keeps what has to be. */
export function lowerFused(nodes: readonly ProgramNode[]): Lowering {
  return fuse(nodes, fixedNodes(nodes), () => false);
}

/** Fuses a VIEW into the DOT that alone reads it, and a MAP into the node that it alone reads. */
function fuse(nodes: readonly ProgramNode[], fixed: ReadonlySet<number>, isKept: IsKept): Lowering {
  const readers = readersOf(nodes);
  const onlyReader = (index: number) =>
    readers[index].length === 1 ? readers[index][0] : undefined;

  const inlined = new Set<number>();
  const next = new Map<number, Stage>();
  const joined = new Set<number>();
  nodes.forEach((node, index) => {
    const reader = onlyReader(index);
    if (reader === undefined || fixed.has(index) || isKept(index)) return;
    if (!isInstruction(node)) return;
    const readerNode = nodes[reader];
    if (node.op === "view" && readerNode.op === "dot") inlined.add(index);
    else if (readerNode.op === "map" && !joined.has(reader) && sameShape(node, readerNode)) {
      joined.add(reader);
      next.set(index, stageOf(readerNode, reader, index));
    }
  });
  return { tasks: toTasks(nodes, next, inlined), inlined, fixed };
}

function fixedNodes(nodes: readonly ProgramNode[]): Set<number> {
  const fixed = new Set<number>();
  nodes.forEach((node, index) => {
    if (index > 0 && operandsOf(node).every((operand) => fixed.has(operand))) fixed.add(index);
  });
  return fixed;
}

/** For each node its readers; one that reads it twice counts twice. */
function readersOf(nodes: readonly ProgramNode[]): number[][] {
  const readers: number[][] = nodes.map(() => []);
  nodes.forEach((node, index) => {
    for (const operand of operandsOf(node)) readers[operand].push(index);
  });
  return readers;
}

function sameShape(a: Header, b: Header): boolean {
  return a.rows === b.rows && a.cols === b.cols;
}

function stageOf(node: MapNode, index: number, value: number): Stage {
  const swapped = node.a !== value;
  const other = node.fn === "sqrt" ? undefined : swapped ? node.a : node.b;
  return { index, node, other, swapped };
}

function toTasks(
  nodes: readonly ProgramNode[],
  next: ReadonlyMap<number, Stage>,
  inlined: ReadonlySet<number>,
): Task[] {
  const staged = new Set([...next.values()].map(({ index }) => index));
  const heads = nodes.flatMap((node, index) =>
    !isInstruction(node) || inlined.has(index) || staged.has(index) ? [] : [index],
  );
  const tasks = heads.map((head) => {
    const stages: Stage[] = [];
    for (let stage = next.get(head); stage !== undefined; stage = next.get(stage.index)) {
      stages.push(stage);
    }
    return { head, stages };
  });
  return tasks.sort((x, y) => resultOf(x) - resultOf(y));
}
