import { elementCount } from "../tensor";
import { dotElement } from "./dot";
import { viewText } from "./views";
import { i32, mapText, saturated, u32 } from "./wgsl";
import type { Stage } from "../lowering";
import type { InstructionNode, MapNode, ReduceNode, TakeNode } from "../node";
import type { Header } from "../tensor";
import type { KernelBuilder, Stored } from "./kernel";
import type { Element, Finish, Operands } from "./elementPass";
import type { Wgsl } from "./wgsl";

/** What a value of `head` is in the end: stored, passed through `stages`, and stored after each. */
export function finishElement(
  builder: KernelBuilder,
  operands: Operands,
  head: Header,
  stages: readonly Stage[],
): Finish {
  const lines = stages.map(({ node, other, swapped }, i) => {
    const value = `v${i}`;
    const rest = other === undefined ? [] : [broadcast(builder, operands.stored(other), node)("o")];
    const call = applyMap(builder, node, swapped ? [...rest, value] : [value, ...rest]);
    return `  let v${i + 1} = ${saturated(call, node.dtype)};`;
  });
  builder.define(
    "finish",
    `fn finish(value: i32, o: u32) -> i32 {
  let v0 = ${saturated("value", head.dtype)};
${lines.join("\n")}
  return v${stages.length};
}`,
  );
  return (value, o) => `finish(${value}, ${o})`;
}

/** The elements of an instruction. */
export function elementOf(
  builder: KernelBuilder,
  operands: Operands,
  node: InstructionNode,
): Element {
  switch (node.op) {
    case "dot":
      return dotElement(builder, operands, node);
    case "map":
      return mapElement(builder, operands, node);
    case "reduce":
      return reduceElement(builder, operands, node);
    case "view": {
      const { at, start } = viewText(builder, "v", node, operands.stored(node.a));
      return (o) => `${at()}(${start(o)})`;
    }
    case "take":
      return takeElement(builder, operands, node);
  }
}

function mapElement(builder: KernelBuilder, operands: Operands, node: MapNode): Element {
  const indices = node.fn === "sqrt" ? [node.a] : [node.a, node.b];
  const read = indices.map((index) => broadcast(builder, operands.stored(index), node));
  return (o) =>
    applyMap(
      builder,
      node,
      read.map((each) => each(o)),
    );
}

function applyMap(builder: KernelBuilder, node: MapNode, values: readonly Wgsl[]): Wgsl {
  const { name, text } = mapText(node);
  builder.define(name, text);
  return `${name}(${values.join(", ")})`;
}

/** The element of `operand` that falls on element o of `reader`. */
function broadcast(builder: KernelBuilder, operand: Stored, reader: Header): Element {
  const name = builder.source(operand);
  const { rows, cols } = operand;
  return (o) => {
    const row = reader.cols === 1 ? o : `(${o} / ${u32(reader.cols)})`;
    const column = reader.cols === 1 ? "0u" : `(${o} % ${u32(reader.cols)})`;
    if (cols === reader.cols) {
      return `${name}_element(${rows >= reader.rows ? o : `${o} % ${u32(rows * cols)}`})`;
    }
    const start = rows === 1 ? "0u" : `(${row} % ${u32(rows)}) * ${u32(cols)}`;
    return `${name}_element(${start} + ${cols === 1 ? "0u" : `${column} % ${u32(cols)}`})`;
  };
}

function reduceElement(builder: KernelBuilder, operands: Operands, node: ReduceNode): Element {
  const a = operands.stored(node.a);
  const name = builder.source(a);
  const step = {
    sum: "best += x;",
    max: "best = max(best, x);",
    argmax: "if (x > best) { best = x; column = k; }",
  }[node.fn];
  const first = node.fn === "sum" ? "0" : `${name}_element(start)`;
  builder.define(
    "reduced",
    `fn reduced(row: u32) -> i32 {
  let start = row * ${u32(a.cols)};
  var best = ${first};
  var column = 0u;
  for (var k = 0u; k < ${u32(a.cols)}; k++) {
    let x = ${name}_element(start + k);
    ${step}
  }
  return ${node.fn === "argmax" ? "i32(column)" : "best"};
}`,
  );
  return (o) => `reduced(${o})`;
}

function takeElement(
  builder: KernelBuilder,
  operands: Operands,
  { a, b, chunk }: TakeNode,
): Element {
  const table = operands.stored(a);
  const chunks = elementCount(table) / chunk;
  const [source, wanted] = [builder.source(table), builder.source(operands.stored(b))];
  builder.define(
    "taken",
    `fn taken(o: u32) -> i32 {
  let x = ${wanted}_element(o / ${u32(chunk)}) % ${i32(chunks)};
  let t = u32(select(x, x + ${i32(chunks)}, x < 0));
  return ${source}_element(t * ${u32(chunk)} + o % ${u32(chunk)});
}`,
  );
  return (o) => `taken(${o})`;
}
