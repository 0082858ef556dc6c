import { commitTraceCall } from "../../games/calls";
import { ErgonError } from "../../errors/errors";
import { parseTrace } from "../../games/events";
import { sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { CommitTraceParameters } from "../../games/calls";
import type { SendOptions } from "../../send";
import type { TraceCommitment } from "../../types/game";

/** What a worker committed to. */
export interface TraceOutcome {
  readonly trace: TraceCommitment;
  readonly transaction: TransactionReceipt;
}

/**
 * Commits to the trace of a unit of a delivered job, once. Call from the job's worker, or from anyone
 * with its signature. Throws `ErgonRevertError`: `TracesCommitted`, `TracesUnauthorized`,
 * `TracesWrongProgram`, `TracesWrongUnit`, `TracesWrongOutput`, `TracesForeignJob`.
 *
 * @example
 * const { trace } = await commitTrace(worker, { job, claim });
 */
export async function commitTrace(
  client: ErgonClient,
  parameters: CommitTraceParameters,
  options?: SendOptions,
): Promise<TraceOutcome> {
  const call = commitTraceCall(client.addresses, parameters);
  const transaction = await sendCall(client, call, options);
  const [trace] = transaction.logs.flatMap((log) => parseTrace(log) ?? []);
  if (trace !== undefined) return { trace, transaction };
  throw new ErgonError("GAME_INCONSISTENT", "the commitment left no event", false);
}
