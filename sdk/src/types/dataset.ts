import type { Hex } from "../../../tensor/src/index";
import type { Address } from "./address";
import type { TermsClass } from "./order";

/** Where an epoch stands: `Closed` waits for seeds, `Seeded` for test points, `Drawn` for values. */
export const EpochStatus = {
  ...{ None: 0n, Open: 1n, Closed: 2n, Seeded: 3n, Drawn: 4n, Settled: 5n, Void: 6n },
} as const;
export type EpochStatus = (typeof EpochStatus)[keyof typeof EpochStatus];

/** Where a purchase of a licence stands. */
export const PurchaseStatus = { None: 0n, Pending: 1n, Granted: 2n, Refunded: 3n } as const;
export type PurchaseStatus = (typeof PurchaseStatus)[keyof typeof PurchaseStatus];

/** A dataset, and what belongs to it. */
export interface DatasetContracts {
  readonly dataset: Address;
  /** The votes. */
  readonly shares: Address;
  readonly governor: Address;
  /** Owns the dataset and its market. */
  readonly timelock: Address;
  /** Sells licences. */
  readonly market: Address;
}

/** The shape of a valuation's state: each number is a binary logarithm. */
export interface DatasetShape {
  /** Of the number of slots. */
  readonly slots: bigint;
  /** Of the rows of a slot, its header included. */
  readonly slotRows: bigint;
  /** Of the words of a row, of 32 bytes each. */
  readonly rowWords: bigint;
}

/** How a dataset buys its valuations. */
export interface DatasetValuation {
  /** The program of the dataset's shape. */
  readonly modelId: Hex;
  readonly verifier: Address;
  readonly termsClass: TermsClass;
  /** Seconds. */
  readonly maxTurnaround: bigint;
  /** Payment-token units for one test point. */
  readonly maxUnitPrice: bigint;
  /** Payment-token units for one test point. */
  readonly minUnitBond: bigint;
}

/** What access is sold for, and by whom it is granted. Prices are payment-token units. */
export interface SaleTerms {
  /** Of a sale on schedule. */
  readonly initialPrice: bigint;
  /** The least price. */
  readonly reserve: bigint;
  /** Seconds from the grant. */
  readonly licenceTerm: bigint;
  /** Seconds that the host has to grant. */
  readonly grantTime: bigint;
  /** The highest price. */
  readonly cap: bigint;
  /** Sales on schedule in a day, with 18 decimals. */
  readonly ratePerDay: bigint;
  /** What a price loses in a day without sales, in basis points of it. */
  readonly decayBps: bigint;
  /** The dataset's part of a price, in basis points; the treasury gets the rest. */
  readonly potShareBps: bigint;
  /** Who grants. */
  readonly host: Address;
}

/** A word of the block of values, with the proof that it is part of its root. */
export interface ValueProof {
  /** Its first four bytes are the value, signed, the highest first. */
  readonly word: Hex;
  /** Siblings from the word to the root of the block, bottom-up. */
  readonly siblings: readonly Hex[];
}

/** What settles an epoch: the last unit's output, and where it is in the job's. */
export interface EpochSettlement {
  /** The node above points and test points in the last unit's output. */
  readonly inputs: Hex;
  /** The root of its block of sums. */
  readonly sums: Hex;
  /** The root of its block of values. */
  readonly valuesRoot: Hex;
  /** Siblings from the last unit's output to the job's output root, bottom-up. */
  readonly unitSiblings: readonly Hex[];
  /** The row below those of all slots, which has the sum of all positive values. */
  readonly total: ValueProof;
}

/** A side of an epoch that a seed comes from. */
export interface EpochParty {
  readonly account: Address;
  /** Whether it showed its seed. */
  readonly shown: boolean;
  /** Zero = it did not commit to a seed. */
  readonly seedHash: Hex;
}

/** An epoch of a dataset. Amounts are payment-token units, times seconds since 1970. */
export interface Epoch {
  readonly status: EpochStatus;
  /** Binary logarithm of the number of segments of the pool. */
  readonly segments: bigint;
  /** Binary logarithm of the rows of a segment, which is the number of the job's units. */
  readonly segmentRows: bigint;
  /** Slots that were valued; 0 until the epoch is closed. */
  readonly count: bigint;
  /** From then on contributions wait until the epoch is closed. */
  readonly closesAt: bigint;
  /** After it anyone can void the phase that the epoch is in, unless a job of it runs. */
  readonly deadline: bigint;
  /** 0 while it runs. */
  readonly endedAt: bigint;
  readonly pot: bigint;
  readonly unclaimed: bigint;
  /** The sum of all positive values. */
  readonly total: bigint;
  /** Of each side. */
  readonly seedBond: bigint;
  /** The job that values it; 0 = none yet. */
  readonly jobId: bigint;
  /** The root of the rows of all test points. */
  readonly poolRoot: Hex;
  /** Chooses the segment of the pool, once both sides showed their seeds. */
  readonly seed: Hex;
  readonly pointsRoot: Hex;
  readonly testsRoot: Hex;
  /** Of the job; zero until a delivery is recorded. */
  readonly outputRoot: Hex;
  /** The root of the block of values; zero until the epoch is settled. */
  readonly valuesRoot: Hex;
  readonly poolOwner: EpochParty;
  readonly host: EpochParty;
}
