import { escrowDomainOf, signerOf } from "../../client";
import { signApprovalWith } from "../../eip712/approval";
import { translated } from "../../errors/translate";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Approval } from "../../eip712/approval";

/**
 * Signs that an output is what the client wanted, so that `deliverJob` or `approveJob` can carry it.
 * Throws `ErgonError` NO_SIGNER or REJECTED.
 *
 * @example
 * const approval = await signApproval(client, { id: job.id, outputRoot, units: job.job.units });
 */
export async function signApproval(client: ErgonClient, approval: Approval): Promise<Hex> {
  const domain = await escrowDomainOf(client);
  return translated(() => signApprovalWith(signerOf(client), domain, approval));
}
