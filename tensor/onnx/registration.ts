import { encodeProgram } from "../src/index";
import type { Program, ProgramNode } from "../src/index";

/** A transaction, the checks of a whole program and what is kept of it. */
const FIXED_GAS = 100_000;
const BYTE_GAS = { zero: 4, other: 16 } as const;
const NODE_GAS = { constant: 1_900, instruction: 2_600, loop: 400 } as const;

/**
 * About what it takes to register a program in a `ModelRegistry`, in gas: its bytes as calldata, and the checks of its
 * nodes. To 5 % for up to 3,000 nodes and a short card; of larger programs more is sent again with every transaction.
 */
export function registrationGas(program: Program): number {
  const bytes = encodeProgram(program).reduce(
    (gas, byte) => gas + (byte === 0 ? BYTE_GAS.zero : BYTE_GAS.other),
    0,
  );
  return program.nodes.reduce((gas, node) => gas + checkGas(node), FIXED_GAS + bytes);
}

function checkGas(node: ProgramNode): number {
  if (node.op === "input" || node.op === "const") return NODE_GAS.constant;
  const loops = node.op === "view" ? node.loops.length : 0;
  return NODE_GAS.instruction + loops * NODE_GAS.loop;
}
