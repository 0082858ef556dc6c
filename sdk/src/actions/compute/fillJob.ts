import { abi } from "../../contracts";
import { openJob } from "../../jobs/outcome";
import { callOf } from "../../send";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { JobOutcome } from "../../jobs/outcome";
import type { Call, SendOptions } from "../../send";
import type { Addresses } from "../../types/address";
import type { Ask, Bid } from "../../types/order";

/** Two orders that fit. A side that is the caller's own has no signature and nonce 0. */
export interface FillJobParameters {
  readonly ask: Ask;
  readonly askSignature?: Hex;
  readonly bid: Bid;
  readonly bidSignature?: Hex;
}

/** The call of `fillJob`. */
export function fillJobCall(addresses: Addresses, parameters: FillJobParameters): Call {
  const { ask, askSignature = "0x", bid, bidSignature = "0x" } = parameters;
  return callOf(addresses.jobEscrow, () =>
    abi.jobEscrow.encodeFunctionData("fill", [ask, askSignature, bid, bidSignature]),
  );
}

/**
 * Opens a job at the ask's price: pulls the price from the client's claims and the bond from the
 * provider's. Throws `ErgonRevertError`, mostly of `OrderBook`, `Orders` or `ERC6909`.
 *
 * @example
 * const { job } = await fillJob(provider, { ask, bid, bidSignature });
 */
export function fillJob(
  client: ErgonClient,
  parameters: FillJobParameters,
  options?: SendOptions,
): Promise<JobOutcome> {
  return openJob(client, fillJobCall(client.addresses, parameters), options);
}
