/** What a measured piece of work may cost. */
export interface Bar {
  readonly id: string;
  readonly bar: number;
  readonly stretch: number | null;
  readonly peer: number | null;
}

/** Whole-transaction gas; peers as published by or measured on the best comparable protocol. */
export const BARS: readonly Bar[] = [
  { id: "job.single", bar: 234_000, stretch: 212_000, peer: 234_339 },
  { id: "job.approved", bar: 200_000, stretch: 178_000, peer: 234_339 },
  { id: "job.batch32", bar: 95_000, stretch: 75_000, peer: 189_036 },
  { id: "settle.batch32", bar: 20_000, stretch: 14_000, peer: 41_990 },
  { id: "job.fulfil", bar: 109_000, stretch: 95_000, peer: 109_151 },
  { id: "ledger.deposit", bar: 57_000, stretch: 52_000, peer: null },
  { id: "ledger.withdraw", bar: 54_000, stretch: 50_000, peer: null },
  { id: "model.register", bar: 6_000, stretch: 4_000, peer: null },
];
