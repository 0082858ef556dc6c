import { applyEvent, isEnd } from "../jobs/reducer";
import { totalBondOf } from "../jobs/terms";
import { rentOf } from "../orders/stake";
import type { EventPosition, JobEvent, JobRecord } from "../types/job";

/** What a job changed of the money of its vault. */
export type VaultEntryKind = "rent" | "paid" | "lost" | "restored";

/** An amount that one job moved. */
export interface VaultEntry {
  readonly kind: VaultEntryKind;
  readonly jobId: bigint;
  /** Payment-token units. */
  readonly amount: bigint;
  readonly at: EventPosition;
}

/** A job that was bonded out of a vault. Amounts are payment-token units. */
export interface VaultJob {
  readonly record: JobRecord;
  /** What was locked when it opened. */
  readonly bond: bigint;
  /** What is locked now. */
  readonly locked: bigint;
  /** What its bonds that were released owed stakers. */
  readonly rent: bigint;
  /** What the vault got of the price, without fees. */
  readonly paid: bigint;
  /** What the vault lost of the bond. */
  readonly lost: bigint;
  /** What a vote gave back of it. */
  readonly restored: bigint;
}

/** A job of a vault that opens; pure. */
export function openVaultJob(event: JobEvent & { name: "JobOpened" }): VaultJob {
  const record = applyEvent(undefined, event);
  const bond = totalBondOf(event.job);
  return { record, bond, locked: bond, rent: 0n, paid: 0n, lost: 0n, restored: 0n };
}

/** The job after one more event, in a block of that time (seconds since 1970); pure. */
export function applyVaultJobEvent(job: VaultJob, event: JobEvent, timestamp: bigint): VaultJob {
  const record = applyEvent(job.record, event);
  const [paid, lost] = [job.paid + paidBy(event, job), job.lost + lostBy(event)];
  const released = releasedBy(event, job);
  const { openedAt, rentBps } = record.job;
  const rent = job.rent + rentOf(record.job, released, rentBps, timestamp - openedAt);
  return { ...job, record, paid, lost, rent, locked: job.locked - released };
}

/** The amounts that an event added to a job; pure. */
export function entriesOf(before: VaultJob | undefined, after: VaultJob, at: EventPosition) {
  const entries: VaultEntry[] = [];
  for (const kind of ["rent", "paid", "lost", "restored"] as const) {
    const amount = after[kind] - (before?.[kind] ?? 0n);
    if (amount !== 0n) entries.push({ kind, jobId: after.record.id, amount, at });
  }
  return entries;
}

/** `JobSettled` tells the whole price again if the client approved it before, and the fee of now. */
function paidBy(event: JobEvent, { paid }: VaultJob): bigint {
  switch (event.name) {
    case "JobApproved":
      return event.paid - event.fee;
    case "JobSettled":
      return paid === 0n ? event.paid - event.fee : 0n;
    case "JobCancelled":
      return event.share - event.fee;
    default:
      return 0n;
  }
}

/** The bond that an event took out of a job, whoever got it. */
function releasedBy(event: JobEvent, { locked, record }: VaultJob): bigint {
  if (isEnd(event)) return locked;
  return event.name === "UnitsDropped" ? event.units * record.job.unitBond : 0n;
}

function lostBy(event: JobEvent): bigint {
  switch (event.name) {
    case "UnitsDropped":
    case "JobHandedBack":
      return event.share;
    case "JobExpired":
      return event.penalty;
    case "JobSlashed":
      return event.reward + event.held;
    default:
      return 0n;
  }
}
