import { expect } from "chai";
import { ethers } from "hardhat";
import type { Result } from "ethers";

import { asAddress, packJob, unpackJob } from "../../sdk/src/index";
import type { Job } from "../../sdk/src/index";
import type { Market } from "./market";

/** A job that has not ended, and what was paid for its unanswered demands, by kind. */
export interface LiveJob {
  readonly job: Job;
  readonly payments: ReadonlyMap<bigint, bigint>;
}

/** A lost bond that is held. */
export interface HeldAmount {
  readonly token: string;
  readonly amount: bigint;
}

/** What the escrow's events say: jobs that have not ended, those that have, and bonds that are held. */
export interface EscrowState {
  readonly live: Map<bigint, LiveJob>;
  readonly ended: Set<bigint>;
  readonly held: Map<bigint, HeldAmount>;
}

type Watched = Pick<Market, "escrow" | "ledger">;

/** Reads the escrow's state from its events alone. */
export async function readEscrow({ escrow }: Watched): Promise<EscrowState> {
  const address = await escrow.getAddress();
  const logs = await ethers.provider.getLogs({ address, fromBlock: 0 });
  const state: EscrowState = { live: new Map(), ended: new Set(), held: new Map() };
  for (const log of logs) {
    const event = escrow.interface.parseLog(log);
    if (event !== null) apply(state, event.name, event.args);
  }
  return state;
}

/**
 * Expects the escrow to hold, of every token, exactly what its events say that it owes; each live job
 * to be what they say it is; and nothing to be left of a job that ended.
 */
export async function expectSolvent(market: Watched): Promise<void> {
  const { escrow, ledger } = market;
  const { live, ended, held } = await readEscrow(market);
  const owed = new Map<string, bigint>();
  const owe = (token: string, amount: bigint) => owed.set(token, (owed.get(token) ?? 0n) + amount);
  for (const [id, { job, payments }] of live) {
    expect(await escrow.isCurrent(id, packJob(job)), `job ${id}`).to.equal(true);
    owe(job.token, (job.price === 0n ? job.unitPrice * job.units : 0n) + job.unitBond * job.units);
    for (const payment of payments.values()) owe(job.token, payment);
  }
  for (const id of ended) expect(await escrow.jobHash(id), `job ${id}`).to.equal(ethers.ZeroHash);
  for (const { token, amount } of held.values()) owe(token, amount);
  for (const { account, token } of await stakersOf(market)) {
    const { free, locked } = await escrow.stakeOf(account, token);
    const bonds = [...live.values()].filter(
      ({ job }) => job.staked && job.provider === account && job.token === token,
    );
    const bonded = bonds.reduce((sum, { job }) => sum + job.unitBond * job.units, 0n);
    expect(locked, `ST-1: locked of ${account}`).to.equal(bonded);
    owe(token, free);
  }
  for (const [token, amount] of owed) {
    expect(await ledger.balanceOf(escrow, BigInt(token)), `owed in ${token}`).to.equal(amount);
  }
}

/** Accounts that ever staked, and in which tokens. */
async function stakersOf({ escrow }: Watched): Promise<Record<"account" | "token", string>[]> {
  const staked = await escrow.queryFilter(escrow.filters.Staked);
  const pairs = new Map(
    staked.map(({ args: { account, token } }) => {
      return [`${account}/${token}`, { account: asAddress(account), token: asAddress(token) }];
    }),
  );
  return [...pairs.values()];
}

function apply(state: EscrowState, name: string, args: Result): void {
  const { live, ended, held } = state;
  if (name === "JobOpened") {
    live.set(args.id, { job: unpackJob(args.job), payments: new Map() });
    return;
  }
  const bond = held.get(args.id);
  if (bond !== undefined) held.set(args.id, { ...bond, amount: 0n });
  const before = live.get(args.id);
  if (before === undefined) return;
  const after = next(before, name, args);
  if (after !== undefined) {
    live.set(args.id, after);
    return;
  }
  live.delete(args.id);
  ended.add(args.id);
  // A token stays in the sums when nothing of it is owed any more.
  held.set(args.id, { token: before.job.token, amount: name === "JobSlashed" ? args.held : 0n });
}

/** A job after an event about it; undefined if that ended it. */
function next(before: LiveJob, name: string, args: Result): LiveJob | undefined {
  const { job, payments } = before;
  const changed = (changes: Partial<Job>) => ({ ...before, job: { ...job, ...changes } });
  switch (name) {
    case "JobDelivered": {
      const { units, outputRoot, deliveredAt } = args;
      return changed({ status: 2n, units, outputRoot, deliveredAt });
    }
    case "JobApproved":
      return changed({ price: 1n });
    case "WorkerReplaced":
      return changed({ worker: args.worker, replacedAt: args.replacedAt });
    case "JobFrozen":
      return changed({ frozen: true });
    case "JobUnfrozen":
      return changed({ frozen: false });
    case "OutputDemanded":
      return {
        job: { ...job, demands: job.demands | (1n << args.kind) },
        payments: new Map(payments).set(args.kind, args.payment),
      };
    case "OutputShown":
    case "OutputWithheld": {
      const left = new Map(payments);
      left.delete(args.kind);
      const price = name === "OutputWithheld" && args.refund > 0n ? 2n : job.price;
      return { job: { ...job, price, demands: job.demands & ~(1n << args.kind) }, payments: left };
    }
    case "JobSettled":
    case "JobCancelled":
    case "JobHandedBack":
    case "JobExpired":
    case "JobSlashed":
      return undefined;
    default:
      return before;
  }
}
