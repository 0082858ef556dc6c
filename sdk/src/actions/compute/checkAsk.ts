import { translated } from "../../errors/translate";
import { askProblems } from "../../orders/authority";
import { latestMoment, loadAuthority } from "../../orders/load";
import { ZERO_ADDRESS } from "../../types/address";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Problem } from "../../orders/problem";
import type { Address } from "../../types/address";
import type { Ask } from "../../types/order";

/** An ask and who brings it. */
export interface CheckAskParameters {
  readonly ask: Ask;
  /** None if the provider itself or its delegate calls. */
  readonly signature?: Hex;
  /** Who calls the escrow; of meaning without a signature. */
  readonly caller?: Address;
  /** Units wanted; 1 unless given. */
  readonly units?: bigint;
}

/**
 * Every reason why an ask would not count as its provider's: expiry, signature, delegation, units
 * used up, nonce. None = it counts at the newest block. Throws `ErgonError` RPC.
 *
 * @example
 * const problems = await checkAsk(client, { ask, signature: askSignature });
 */
export async function checkAsk(
  client: ErgonClient,
  { ask, signature = "0x", caller = ZERO_ADDRESS, units = 1n }: CheckAskParameters,
): Promise<Problem[]> {
  const moment = await latestMoment(client);
  const at = { blockTag: moment.blockNumber };
  const brought = { signature, caller, amount: ask.unitBond * units };
  const [context, filled] = await Promise.all([
    loadAuthority(client, ask, brought, moment),
    translated(() => client.orderBook.filledUnits(ask.provider, ask.nonce, at)),
  ]);
  return askProblems(ask, units, filled, context);
}
