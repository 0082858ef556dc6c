import { isError } from "ethers";
import { signerOf } from "./client";
import { ErgonError, ErgonRevertError } from "./errors/errors";
import { decodeRevert } from "./errors/revert";
import { toErgonError, translated } from "./errors/translate";
import { asHex } from "./types/address";
import type { Signer, TransactionReceipt, TransactionResponse } from "ethers";
import type { Hex } from "../../tensor/src/index";
import type { ErgonClient } from "./client";
import type { Address } from "./types/address";

/** A call of a contract, ready to be simulated, signed or put in a batch. */
export interface Call {
  readonly to: Address;
  readonly data: Hex;
}

/** A call of what `encode` gives. Throws `InputError` if an argument does not fit the ABI. */
export function callOf(to: Address, encode: () => string): Call {
  try {
    return { to, data: asHex(encode()) };
  } catch (error) {
    throw toErgonError(error);
  }
}

/** How a call is sent. */
export interface SendOptions {
  /** Gas limit; estimated unless given. */
  readonly gasLimit?: bigint;
}

/**
 * Sends a call from the client's account and waits for the client's confirmations. The call is
 * simulated first: one that would revert is not sent. Throws `ErgonRevertError` and `ErgonError`
 * NO_SIGNER, REJECTED, GAS_FUNDS, NOT_MINED or RPC.
 */
export async function sendCall(
  client: ErgonClient,
  call: Call,
  options: SendOptions = {},
): Promise<TransactionReceipt> {
  const signer = signerOf(client);
  const gasLimit = options.gasLimit ?? (await limitOf(signer, call));
  const sent = await translated(() => signer.sendTransaction({ ...call, gasLimit }));
  return confirmed(client, sent);
}

/** A quarter above the estimate, as the state may have changed by the time it is mined. */
async function limitOf(signer: Signer, call: Call): Promise<bigint> {
  const estimate = await translated(() => signer.estimateGas({ ...call }));
  return (estimate * 5n) / 4n;
}

/** Waits for a transaction; one sent again at a higher price counts as the same. */
async function confirmed(
  client: ErgonClient,
  sent: TransactionResponse,
): Promise<TransactionReceipt> {
  try {
    const receipt = await sent.wait(client.confirmations);
    if (receipt !== null) return receipt;
    throw new ErgonError("NOT_MINED", `transaction ${sent.hash} is not mined`, true);
  } catch (error) {
    if (isError(error, "TRANSACTION_REPLACED") && !error.cancelled) {
      return confirmed(client, error.replacement);
    }
    if (isError(error, "CALL_EXCEPTION")) throw await explainRevert(client, sent, error);
    throw toErgonError(error);
  }
}

/** The error of a mined revert, from running the call once more on the state after its block. */
export async function explainRevert(
  { provider }: ErgonClient,
  { to, from, data, gasLimit, blockNumber }: TransactionResponse,
  cause: unknown,
): Promise<ErgonError> {
  try {
    await provider.call({ to, from, data, gasLimit, blockTag: blockNumber ?? "latest" });
  } catch (error) {
    return toErgonError(error);
  }
  return new ErgonRevertError(decodeRevert("0x"), { cause });
}
