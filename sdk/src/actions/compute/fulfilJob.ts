import { abi } from "../../contracts";
import { openJob } from "../../jobs/outcome";
import { callOf } from "../../send";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { JobOutcome } from "../../jobs/outcome";
import type { Call, SendOptions } from "../../send";
import type { Addresses } from "../../types/address";
import type { FillJobParameters } from "./fillJob";

/** Two orders that fit, and what is delivered at once. */
export interface FulfilJobParameters extends FillJobParameters {
  /** List root of the units' output ids. */
  readonly outputRoot: Hex;
  /** The client's signature of an approval, which pays at once; one that is not valid counts as none. */
  readonly approval?: Hex;
}

/** The call of `fulfilJob`. */
export function fulfilJobCall(addresses: Addresses, parameters: FulfilJobParameters): Call {
  const { ask, askSignature = "0x", bid, bidSignature = "0x" } = parameters;
  const { outputRoot, approval = "0x" } = parameters;
  return callOf(addresses.jobEscrow, () =>
    abi.jobEscrow.encodeFunctionData("fulfil", [
      ask,
      askSignature,
      bid,
      bidSignature,
      outputRoot,
      approval,
    ]),
  );
}

/**
 * Opens a job and delivers all its units in one transaction, from the ask's worker. Without a
 * verifier the bond may be anything. Throws `ErgonRevertError` like `fillJob` and `deliverJob`.
 *
 * @example
 * const { job } = await fulfilJob(provider, { ask, bid, bidSignature, outputRoot });
 */
export function fulfilJob(
  client: ErgonClient,
  parameters: FulfilJobParameters,
  options?: SendOptions,
): Promise<JobOutcome> {
  return openJob(client, fulfilJobCall(client.addresses, parameters), options);
}
