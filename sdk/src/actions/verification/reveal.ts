import { revealCall } from "../../games/calls";
import { sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { RevealParameters } from "../../games/calls";
import type { SendOptions } from "../../send";

/**
 * Shows what is below a node, for every game that comes to it; does nothing if it was shown before.
 * Anyone may call. Throws `ErgonRevertError`: `RevealsInvalidCount`.
 *
 * @example
 * await reveal(worker, { header: 0n, children: tree.descendants(6, 0, 6) });
 */
export function reveal(
  client: ErgonClient,
  parameters: RevealParameters,
  options?: SendOptions,
): Promise<TransactionReceipt> {
  return sendCall(client, revealCall(client.addresses, parameters), options);
}
