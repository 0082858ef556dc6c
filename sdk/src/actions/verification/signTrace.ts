import { signerOf, verifierDomainOf } from "../../client";
import { signTraceWith } from "../../eip712/moves";
import { translated } from "../../errors/translate";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { TraceClaim } from "../../games/moves";
import type { JobRef } from "../../jobs/outcome";

/** A delivered job, and what its worker commits to. */
export interface SignTraceParameters {
  readonly job: JobRef;
  readonly claim: Pick<TraceClaim, "unit" | "root">;
}

/**
 * Signs a commitment to a trace for the job's worker, so that anyone can make it with `commitTrace`; it
 * counts while the job has this worker. Throws `ErgonError` NO_SIGNER or REJECTED.
 *
 * @example
 * const signature = await signTrace(worker, { job, claim });
 */
export async function signTrace(
  client: ErgonClient,
  { job: { id, job }, claim: { unit, root } }: SignTraceParameters,
): Promise<Hex> {
  const domain = await verifierDomainOf(client);
  const trace = { job: id, unit, root, worker: job.worker };
  return translated(() => signTraceWith(signerOf(client), domain, trace));
}
