import { AbiCoder, Interface, isHexString } from "ethers";
import { IERC20Errors__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/interfaces/draft-IERC6093.sol/IERC20Errors__factory";
import { Errors__factory } from "../../../typechain-types/factories/@openzeppelin/contracts/utils/Errors__factory";
import { TensorStep__factory } from "../../../typechain-types/factories/contracts/verification/TensorStep__factory";
import { abi } from "../contracts";
import { namedFields } from "../decode";
import { ADVICE } from "./hints";
import type { ErrorFragment } from "ethers";
import type { Revert } from "./errors";
import type { Advice } from "./hints";

const SEARCH_DEPTH = 6;
const SELECTOR_DIGITS = 10;

const BUILT_IN = new Interface(["error Error(string message)", "error Panic(uint256 code)"]);

const FRAGMENTS = collect([
  ...Object.values(abi),
  Errors__factory.createInterface(),
  TensorStep__factory.createInterface(),
  IERC20Errors__factory.createInterface(),
  BUILT_IN,
]);

/**
 * Names an encoded revert by the ABIs of all contracts. Data that none of them knows, or that does
 * not decode, gives `Unknown` with the data as its only argument.
 */
export function decodeRevert(data: string): Revert {
  const fragment = FRAGMENTS.get(data.slice(0, SELECTOR_DIGITS).toLowerCase());
  const args = fragment === undefined ? undefined : decodeArgs(fragment, data);
  if (fragment === undefined || args === undefined) {
    return { errorName: "Unknown", args: { data }, data, retryable: false };
  }
  const advice = ADVICE[fragment.name];
  return {
    errorName: fragment.name,
    args,
    data,
    hint: advice?.hint,
    retryable: isRetryable(advice, args),
  };
}

function isRetryable(advice: Advice | undefined, args: Revert["args"]): boolean {
  const { retryable = false } = advice ?? {};
  return typeof retryable === "function" ? retryable(args) : retryable;
}

/**
 * The revert data inside what a provider threw, however deep, the outermost that can name an error;
 * undefined if there is none.
 */
export function revertDataOf(thrown: unknown, depth = SEARCH_DEPTH): string | undefined {
  if (typeof thrown !== "object" || thrown === null || depth === 0) return undefined;
  const { data, error, info, cause } = thrown as Record<string, unknown>;
  let short: string | undefined = isHexString(data) ? data : undefined;
  if (short !== undefined && short.length >= SELECTOR_DIGITS) return short;
  for (const inner of [data, error, info, cause]) {
    const found = revertDataOf(inner, depth - 1);
    if (found !== undefined && found.length >= SELECTOR_DIGITS) return found;
    short ??= found;
  }
  return short;
}

function decodeArgs(fragment: ErrorFragment, data: string): Record<string, unknown> | undefined {
  try {
    const body = `0x${data.slice(SELECTOR_DIGITS)}`;
    return namedFields(fragment.inputs, AbiCoder.defaultAbiCoder().decode(fragment.inputs, body));
  } catch {
    // a contract may revert with any bytes; these only begin like a known error
    return undefined;
  }
}

function collect(interfaces: readonly Interface[]): ReadonlyMap<string, ErrorFragment> {
  const fragments = new Map<string, ErrorFragment>();
  for (const { fragments: all } of interfaces) {
    for (const fragment of all) {
      if (fragment.type === "error") {
        const error = fragment as ErrorFragment;
        fragments.set(error.selector, error);
      }
    }
  }
  return fragments;
}
