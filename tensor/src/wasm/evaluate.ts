import { WasmExecutor } from "./WasmExecutor";
import type { Hex } from "../hex";
import type { InstructionNode, ProgramNode } from "../node";
import type { Tensor } from "../tensor";

/** Nobody reads the root of a constant whose data is given. */
const NO_ROOT: Hex = `0x${"00".repeat(32)}`;

/**
 * The result of one valid instruction on operands in the order of `operandsOf`, on WebAssembly
 * kernels; the same as `evaluateNode`. Throws `WasmError` NOT_BUILT or MEMORY.
 */
export function evaluateOnWasm(node: InstructionNode, operands: readonly Tensor[]): Tensor {
  const [a, b] = operands;
  const nodes: ProgramNode[] = [{ op: "input", ...headerOf(a) }];
  const weights = new Map<number, Tensor>();
  if (b !== undefined) {
    nodes.push({ op: "const", root: NO_ROOT, ...headerOf(b) });
    weights.set(1, b);
  }
  nodes.push(b !== undefined && "b" in node ? { ...node, a: 0, b: 1 } : { ...node, a: 0 });
  const trace = new WasmExecutor().trace({ program: { nodes }, weights }, a);
  return trace[nodes.length - 1];
}

function headerOf({ dtype, rows, cols }: Tensor): Pick<Tensor, "dtype" | "rows" | "cols"> {
  return { dtype, rows, cols };
}
