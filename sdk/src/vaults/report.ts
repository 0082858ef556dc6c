import { abi } from "../contracts";
import { JOB_TOPICS, parseJobEvent, positionOf } from "../jobs/events";
import { sameHex } from "../types/address";
import {
  EMPTY_BOOKS,
  applyBooking,
  applyVaultLog,
  isBooking,
  placeInBooking,
  worthOf,
} from "./books";
import { parseVaultLog } from "./events";
import { applyVaultJobEvent, entriesOf, openVaultJob } from "./jobs";
import type { Log } from "ethers";
import type { BlockRange } from "../jobs/logs";
import type { Address } from "../types/address";
import type { EventPosition } from "../types/job";
import type { BOOKINGS } from "./books";
import type { VaultLog } from "./events";
import type { VaultEntry, VaultEntryKind, VaultJob } from "./jobs";

/** Money that the vault booked: rent, losses, or losses that a vote gave back. */
export interface VaultBooking {
  readonly name: (typeof BOOKINGS)[number];
  /** Payment-token units. */
  readonly amount: bigint;
  /** The part that was the stakers'; all of a rent. */
  readonly ofStakers: bigint;
  readonly at: EventPosition;
}

/** A vault's stake in the escrow from one time on, in seconds since 1970. */
export interface StakePoint {
  readonly timestamp: bigint;
  /** Payment-token units. */
  readonly locked: bigint;
  /** Free and locked, in payment-token units. */
  readonly staked: bigint;
  /** The jobs whose bonds are locked. */
  readonly jobIds: readonly bigint[];
}

/** The price of shares after an event that booked. */
export interface PricePoint {
  readonly timestamp: bigint;
  /** The event's name. */
  readonly name: string;
  /** What a whole share is worth, in payment-token units, rounded down. */
  readonly price: bigint;
  readonly at: EventPosition;
}

/** What a vault earned and lost in a range of blocks. Amounts are payment-token units. */
export interface VaultReport {
  readonly vault: Address;
  readonly range: BlockRange;
  /** Every job up to the last block, the oldest first. */
  readonly jobs: readonly VaultJob[];
  /** The rents of all bonds that these jobs released, which is what the escrow says the vault owes. */
  readonly rentOwed: bigint;
  /** What jobs moved in the range, in order. */
  readonly entries: readonly VaultEntry[];
  /** What the vault booked in the range, in order. */
  readonly bookings: readonly VaultBooking[];
  readonly totals: Readonly<Record<VaultEntryKind, bigint>> & {
    /** Rent that stakers got. */
    readonly realisedRent: bigint;
    /** Losses as the vault booked them. */
    readonly losses: bigint;
    readonly lossesOfStakers: bigint;
  };
  readonly utilisation: {
    /** Locked by staked, the mean over the range's time, in basis points, rounded down. */
    readonly averageBps: bigint;
    readonly points: readonly StakePoint[];
  };
  readonly prices: readonly PricePoint[];
}

/** What the events of a vault are folded from. */
export interface VaultHistory {
  readonly vault: Address;
  /** All of the vault, its stake and its jobs up to the range's end, in order. */
  readonly logs: readonly Log[];
  /** The times of the logs' blocks and of the range's ends, in seconds since 1970. */
  readonly times: ReadonlyMap<number, bigint>;
  readonly range: BlockRange;
  /** The smallest parts of a whole share: ten to the power of its decimals. */
  readonly wholeShare: bigint;
}

const BPS = 10_000n;
const PRECISION = 10n ** 18n;
const JOB_TOPIC_SET: ReadonlySet<string> = new Set(JOB_TOPICS);
const PRICED: ReadonlySet<string> = new Set([
  "RentEarned",
  "LossTaken",
  "LossRestored",
  "Deposit",
  "WindowSettled",
  "Rebalanced",
  "JuniorWithdrawn",
]);

/** The report of a vault; pure. Throws `ErgonError` JOB_INCONSISTENT for logs that do not fit. */
export function foldVaultLogs(history: VaultHistory): VaultReport {
  const { vault, logs, range } = history;
  const escrow = foldEscrow(history);
  const own = logs.filter((log) => sameHex(log.address, vault));
  const { bookings, prices } = foldVault(history, own);
  const inRange = ({ at }: { readonly at: EventPosition }) => at.blockNumber >= range.from;
  const [entries, booked] = [escrow.entries.filter(inRange), bookings.filter(inRange)];
  return {
    ...{ vault, range, jobs: escrow.jobs },
    rentOwed: escrow.jobs.reduce((sum, { rent }) => sum + rent, 0n),
    ...{ entries, bookings: booked, prices: prices.filter(inRange) },
    totals: totalsOf(entries, booked),
    utilisation: utilisationOf(escrow.points, history),
  };
}

function totalsOf(
  entries: readonly VaultEntry[],
  bookings: readonly VaultBooking[],
): VaultReport["totals"] {
  const sum = (kind: VaultEntryKind) =>
    entries.reduce((all, entry) => all + (entry.kind === kind ? entry.amount : 0n), 0n);
  const booked = (name: VaultBooking["name"], field: "amount" | "ofStakers") =>
    bookings.reduce((all, booking) => all + (booking.name === name ? booking[field] : 0n), 0n);
  return {
    ...{ rent: sum("rent"), paid: sum("paid"), lost: sum("lost"), restored: sum("restored") },
    realisedRent: booked("RentEarned", "amount"),
    losses: booked("LossTaken", "amount"),
    lossesOfStakers: booked("LossTaken", "ofStakers"),
  };
}

/** Jobs, what they moved, and the stake over time. */
function foldEscrow({ vault, logs, times }: VaultHistory) {
  const jobs = new Map<bigint, VaultJob>();
  const live = new Set<bigint>();
  const entries: VaultEntry[] = [];
  const points: StakePoint[] = [];
  let staked = 0n;
  for (const log of logs) {
    if (sameHex(log.address, vault)) continue;
    const change = stakeChange(log);
    const timestamp = times.get(log.blockNumber) ?? 0n;
    const added = JOB_TOPIC_SET.has(log.topics[0])
      ? changeJob(jobs, log, timestamp)
      : restore(jobs, log, change.restored ?? 0n);
    entries.push(...added);
    staked += (change.staked ?? 0n) + added.reduce((sum, entry) => sum + stakedBy(entry), 0n);

    const id = BigInt(log.topics[1]);
    if ((jobs.get(id)?.locked ?? 0n) === 0n) live.delete(id);
    else live.add(id);
    const locked = [...live].reduce((sum, jobId) => sum + (jobs.get(jobId)?.locked ?? 0n), 0n);
    points.push({ timestamp, locked, staked, jobIds: [...live] });
  }
  return { jobs: [...jobs.values()], entries, points };
}

/** What an event that is of no job's course says about the stake. */
function stakeChange(log: Log): {
  readonly staked?: bigint;
  readonly restored?: bigint;
} {
  const parsed = abi.jobEscrow.parseLog(log);
  switch (parsed?.name) {
    case "Staked":
      return { staked: parsed.args.amount as bigint };
    case "Unstaked":
      return { staked: -(parsed.args.amount as bigint) };
    case "HeldBondRestored":
      return { restored: parsed.args.amount as bigint };
    default:
      return {};
  }
}

/** What an amount that a job moved changes of the stake: what is lost leaves it, and may come back. */
function stakedBy({ kind, amount }: VaultEntry): bigint {
  if (kind === "lost") return -amount;
  return kind === "restored" ? amount : 0n;
}

function changeJob(jobs: Map<bigint, VaultJob>, log: Log, timestamp: bigint): VaultEntry[] {
  const event = parseJobEvent(log);
  if (event === undefined) return [];
  const before = jobs.get(event.id);
  if (event.name !== "JobOpened" && before === undefined) return [];
  if (event.name === "JobOpened" && !event.job.staked) return [];
  const after =
    event.name === "JobOpened"
      ? openVaultJob(event)
      : applyVaultJobEvent(before as VaultJob, event, timestamp);
  jobs.set(event.id, after);
  return entriesOf(before, after, event.at);
}

function restore(jobs: Map<bigint, VaultJob>, log: Log, amount: bigint): VaultEntry[] {
  const before = jobs.get(BigInt(log.topics[1]));
  if (before === undefined || amount === 0n) return [];
  const after = { ...before, restored: amount };
  jobs.set(after.record.id, after);
  return entriesOf(before, after, positionOf(log));
}

/** What the vault booked, and the price of shares after each event that booked. */
function foldVault({ times, wholeShare }: VaultHistory, logs: readonly Log[]) {
  const bookings: VaultBooking[] = [];
  const prices: PricePoint[] = [];
  let books = EMPTY_BOOKS;
  let pending: Booked[] = [];
  const priced = (log: Log, { name }: VaultLog, timestamp: bigint) => {
    if (!PRICED.has(name)) return;
    const price = worthOf(books, wholeShare, timestamp);
    prices.push({ timestamp, name, price, at: positionOf(log) });
  };
  const flush = () => {
    const [first] = pending;
    if (first === undefined) return;
    const timestamp = times.get(first.log.blockNumber) ?? 0n;
    books = applyBooking(
      books,
      pending.map(({ event }) => event),
      timestamp,
    );
    for (const { log, event } of pending) priced(log, event, timestamp);
    pending = [];
  };
  for (const log of logs) {
    const event = parseVaultLog(log);
    if (event === undefined) continue;
    if (pending.length > 0 && !continues(pending[pending.length - 1], { log, event })) flush();
    if (isBooking(event)) {
      pending.push({ log, event });
      bookings.push(bookingOf(event, positionOf(log)));
      continue;
    }
    const timestamp = times.get(log.blockNumber) ?? 0n;
    books = applyVaultLog(books, event, timestamp);
    priced(log, event, timestamp);
  }
  flush();
  return { bookings, prices };
}

interface Booked {
  readonly log: Log;
  readonly event: VaultLog;
}

/** Whether an event belongs to the booking of the one before: one transaction, and later in its order. */
function continues(last: Booked, { log, event }: Booked): boolean {
  if (log.transactionHash !== last.log.transactionHash) return false;
  return placeInBooking(event) > placeInBooking(last.event);
}

function bookingOf({ name, fields }: VaultLog, at: EventPosition): VaultBooking {
  const amount = fields.amount as bigint;
  const ofStakers = (fields.ofStakers as bigint | undefined) ?? amount;
  return { name: name as VaultBooking["name"], amount, ofStakers, at };
}

/** The points of the range, the first of which holds at its start, and the mean over its time. */
function utilisationOf(
  all: readonly StakePoint[],
  { times, range }: VaultHistory,
): VaultReport["utilisation"] {
  const start = times.get(range.from) ?? 0n;
  const end = times.get(range.to) ?? 0n;
  const last = all.filter(({ timestamp }) => timestamp <= start).at(-1);
  const first = { locked: 0n, staked: 0n, jobIds: [], ...last, timestamp: start };
  const later = all.filter(({ timestamp }) => timestamp > start);
  // of several changes at one time the last one counts
  const points = [first, ...later].filter(
    ({ timestamp }, i, list) => list.at(i + 1)?.timestamp !== timestamp,
  );
  const weighted = points.reduce((sum, { locked, staked, timestamp }, i) => {
    const seconds = (points.at(i + 1)?.timestamp ?? end) - timestamp;
    return staked === 0n ? sum : sum + (seconds * locked * PRECISION) / staked;
  }, 0n);
  const averageBps = end === start ? 0n : (weighted * BPS) / (PRECISION * (end - start));
  return { averageBps, points };
}
