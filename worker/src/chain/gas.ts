import { ChainError } from "./errors";
import type { Call, ChainNode } from "./node";

/**
 * Gas that a call takes at most, as the chain is and after what waits to be mined. What waits may be
 * anybody's and may never be mined, so it neither refuses a call nor makes it cheaper. Throws
 * `ChainError` REVERT if the call would fail either way.
 */
export async function gasOf(node: Pick<ChainNode, "estimateGas">, call: Call): Promise<bigint> {
  const [latest, pending] = await Promise.all([
    estimate(node, call, "latest"),
    estimate(node, call, "pending"),
  ]);
  if (typeof latest === "bigint" && typeof pending === "bigint") {
    return latest > pending ? latest : pending;
  }
  if (typeof latest === "bigint") return latest;
  if (typeof pending === "bigint") return pending;
  throw latest;
}

async function estimate(
  node: Pick<ChainNode, "estimateGas">,
  call: Call,
  at: "latest" | "pending",
): Promise<bigint | ChainError> {
  try {
    return await node.estimateGas(call, at);
  } catch (error) {
    if (error instanceof ChainError && error.code === "REVERT") return error;
    throw error;
  }
}
