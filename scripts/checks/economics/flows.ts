import { answerFees, bpsUp, ceilDiv, challengersShare } from "../../../sdk/src/index";

/** What somebody gains, or loses if it is negative, in payment-token units. */
export type Flows = ReadonlyMap<Party, bigint>;

/** Who can gain or lose by a job and the games about it. */
export type Party = "client" | "provider" | "worker" | "treasury" | "held" | `challenger ${number}`;

/** A delivered job. Amounts are payment-token units. */
export interface DeliveredJob {
  readonly price: bigint;
  readonly bond: bigint;
  readonly feeBps: bigint;
  /** Whether the client approved it, so that the price is paid. */
  readonly approved: boolean;
}

/** A challenge of it. */
export interface Challenge {
  /** Payment-token units. */
  readonly bond: bigint;
  /** The worker's. */
  readonly answers: bigint;
}

/** The job is settled. */
export function settled(job: DeliveredJob): Flows {
  const fee = bpsUp(job.price, job.feeBps);
  return new Map<Party, bigint>([
    ["client", -job.price],
    ["provider", job.price - fee],
    ["treasury", fee],
  ]);
}

/** A challenge proves the claim false while others are live, which are resolved afterwards. */
export function slashed(job: DeliveredJob, others: readonly Challenge[]): Flows {
  const reward = challengersShare(job.bond);
  const each = others.length === 0 ? 0n : reward / 2n / BigInt(others.length);
  const flows = new Map<Party, bigint>([
    ["provider", -job.bond],
    ["held", job.bond - reward],
    ["challenger 0", reward - each * BigInt(others.length)],
  ]);
  others.forEach(({ bond, answers }, i) => {
    const fees = least(answerFees(bond, answers), each);
    flows.set(`challenger ${i + 1}`, fees);
    add(flows, "treasury", each - fees);
  });
  return job.approved ? sum(settled(job), flows) : flows;
}

/** The challenge is lost, by a move or by time. */
export function refuted({ bond, answers }: Challenge): Flows {
  return lost(bond, answerFees(bond, answers));
}

/** The challenger gives up, while the game is about units or later. */
export function conceded({ bond, answers }: Challenge, aboutUnits: boolean): Flows {
  const given = aboutUnits ? ceilDiv(bond, 4n) : bond;
  return lost(given, answerFees(bond, answers));
}

/** All that these flows bring together. */
export function sum(...all: readonly Flows[]): Flows {
  const flows = new Map<Party, bigint>();
  for (const some of all) for (const [party, amount] of some) add(flows, party, amount);
  return flows;
}

/** What the parties that `isMember` names gain together. */
export function gainOf(flows: Flows, isMember: (party: Party) => boolean): bigint {
  return [...flows].reduce((total, [party, gain]) => (isMember(party) ? total + gain : total), 0n);
}

/** Whether a party is one of the challengers. */
export function isChallenger(party: Party): boolean {
  return party.startsWith("challenger");
}

function lost(amount: bigint, fees: bigint): Flows {
  const toWorker = least(fees, amount);
  return new Map<Party, bigint>([
    ["challenger 0", -amount],
    ["worker", toWorker],
    ["treasury", amount - toWorker],
  ]);
}

function add(flows: Map<Party, bigint>, party: Party, amount: bigint): void {
  flows.set(party, (flows.get(party) ?? 0n) + amount);
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
