import {
  abi,
  asHex,
  castVote,
  executeProposal,
  getAccessMarket,
  getProposal,
  propose,
  queueProposal,
} from "../../../sdk/src/index";
import type { ErgonClient, Proposal } from "../../../sdk/src/index";
import { passUntil } from "../chain";
import { requireEqual } from "../report";
import type { Stage } from "../stage";
import type { DataCast } from "./cast";

/** A price that a vote changed, in payment-token units, and the vote. */
export interface Reform {
  readonly before: bigint;
  readonly after: bigint;
  readonly proposal: Proposal;
}

/**
 * Contributors vote, with the shares that their data earned, to double the least price of a licence: one proposes, all
 * vote, and the timelock makes the change when its delay is over.
 */
export async function doubleReserve(
  { provider }: Stage,
  { dao: { market, governor } }: DataCast,
  voters: readonly ErgonClient[],
): Promise<Reform> {
  const [proposer] = voters;
  const { terms } = await getAccessMarket(proposer, { market });
  const changed = { ...terms, reserve: 2n * terms.reserve };
  const data = asHex(abi.accessMarket.encodeFunctionData("setTerms", [changed]));
  const made = await propose(proposer, {
    ...{ governor, calls: [{ to: market, data }] },
    description: "Double the least price of a licence",
  });
  const where = { governor, proposalId: made.proposalId };
  const { snapshotAt, deadline } = await getProposal(proposer, where);
  await passUntil(provider, snapshotAt + 1n);
  for (const voter of voters) await castVote(voter, { ...where, choice: "for" });
  await passUntil(provider, deadline + 1n);
  await queueProposal(proposer, made);
  const { executableAt = 0n } = await getProposal(proposer, where);
  await passUntil(provider, executableAt);
  await executeProposal(proposer, made);
  const after = await getAccessMarket(proposer, { market });
  requireEqual("the least price after the vote", after.terms.reserve, changed.reserve);
  const proposal = await getProposal(proposer, where);
  return { before: terms.reserve, after: after.terms.reserve, proposal };
}
