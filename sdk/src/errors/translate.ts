import { isCallException, isError } from "ethers";
import { ErgonError, ErgonRevertError, InputError } from "./errors";
import { decodeRevert, revertDataOf } from "./revert";

/**
 * The SDK's error for what a provider, signer or wallet threw: `ErgonRevertError` if a contract
 * refused, `InputError` for an argument that fits no ABI and for an address without a contract, else `ErgonError` REJECTED
 * (by the user), GAS_FUNDS, NOT_MINED or RPC (retryable). An error of the SDK stays itself.
 */
export function toErgonError(thrown: unknown): ErgonError {
  if (thrown instanceof ErgonError) return thrown;
  const cause = { cause: thrown };
  const data = revertDataOf(thrown);
  if (data !== undefined) return new ErgonRevertError(decodeRevert(data), cause);
  if (isCallException(thrown as Error)) return new ErgonRevertError(decodeRevert("0x"), cause);
  if (isError(thrown, "INVALID_ARGUMENT") || isError(thrown, "NUMERIC_FAULT")) {
    return new InputError(messageOf(thrown), cause);
  }
  if (isError(thrown, "BAD_DATA") && thrown.value === "0x") {
    return new InputError(`a called address has no contract: ${messageOf(thrown)}`, cause);
  }
  if (isError(thrown, "ACTION_REJECTED")) {
    return new ErgonError("REJECTED", "the wallet's user declined", false, cause);
  }
  if (isError(thrown, "INSUFFICIENT_FUNDS")) {
    return new ErgonError("GAS_FUNDS", "the account cannot pay for the gas", true, cause);
  }
  if (isError(thrown, "TRANSACTION_REPLACED") && thrown.cancelled) {
    return new ErgonError("NOT_MINED", "another transaction took its place", false, cause);
  }
  if (isError(thrown, "TIMEOUT")) {
    return new ErgonError("NOT_MINED", "it took too long to be mined", true, cause);
  }
  return new ErgonError("RPC", `the chain did not answer: ${messageOf(thrown)}`, true, cause);
}

/** Runs `call` and throws the SDK's error for whatever it throws. */
export async function translated<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw toErgonError(error);
  }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
