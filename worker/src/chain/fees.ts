import type { FeeSuggestion, Fees } from "./node";

/** What the worker is ready to pay for gas, in wei. */
export interface FeePolicy {
  readonly maxFeePerGas: bigint;
  readonly minTip: bigint;
}

/**
 * Fees of a new transaction: twice the base fee plus the tip, at most the policy's; undefined while
 * the current base fee and tip are above it.
 */
export function newFees(suggestion: FeeSuggestion, policy: FeePolicy): Fees | undefined {
  const tip = max(suggestion.tip, policy.minTip);
  if (suggestion.baseFee + tip > policy.maxFeePerGas) return undefined;
  return {
    maxFeePerGas: min(2n * suggestion.baseFee + tip, policy.maxFeePerGas),
    maxPriorityFeePerGas: tip,
  };
}

/**
 * Fees that replace a transaction with fees `old`: both at least an eighth higher, rounded up, and
 * not below those of a new transaction; undefined if that would pass the policy's.
 */
export function bumpedFees(
  old: Fees,
  suggestion: FeeSuggestion,
  policy: FeePolicy,
): Fees | undefined {
  const fresh = newFees(suggestion, policy);
  if (fresh === undefined) return undefined;
  const maxFeePerGas = max(eighthUp(old.maxFeePerGas), fresh.maxFeePerGas);
  const maxPriorityFeePerGas = max(eighthUp(old.maxPriorityFeePerGas), fresh.maxPriorityFeePerGas);
  if (maxFeePerGas > policy.maxFeePerGas || maxPriorityFeePerGas > maxFeePerGas) return undefined;
  return { maxFeePerGas, maxPriorityFeePerGas };
}

function eighthUp(value: bigint): bigint {
  return (value * 9n) / 8n + 1n;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
