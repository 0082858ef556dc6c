import { bidProblems } from "../../orders/authority";
import { latestMoment, loadAuthority } from "../../orders/load";
import { ZERO_ADDRESS } from "../../types/address";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Problem } from "../../orders/problem";
import type { Address } from "../../types/address";
import type { Bid } from "../../types/order";

/** A bid and who brings it. */
export interface CheckBidParameters {
  readonly bid: Bid;
  /** None if the client itself or its delegate calls. */
  readonly signature?: Hex;
  /** Who calls the escrow; of meaning without a signature. */
  readonly caller?: Address;
  /** Price of a unit, in payment-token units; the bid's highest unless given. */
  readonly unitPrice?: bigint;
}

/**
 * Every reason why a bid would not count as its client's: expiry, signature, delegation, nonce. None
 * = it counts at the newest block. Throws `ErgonError` RPC.
 *
 * @example
 * const problems = await checkBid(provider, { bid, signature: bidSignature });
 */
export async function checkBid(
  client: ErgonClient,
  { bid, signature = "0x", caller = ZERO_ADDRESS, unitPrice }: CheckBidParameters,
): Promise<Problem[]> {
  const amount = (unitPrice ?? bid.maxUnitPrice) * bid.units;
  const moment = await latestMoment(client);
  return bidProblems(bid, await loadAuthority(client, bid, { signature, caller, amount }, moment));
}
