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
  { id: "job.vaultExtra", bar: 15_000, stretch: null, peer: null },
  { id: "ledger.deposit", bar: 57_000, stretch: 52_000, peer: null },
  { id: "ledger.withdraw", bar: 54_000, stretch: 50_000, peer: null },
  { id: "vault.deposit", bar: 100_000, stretch: 95_000, peer: 104_452 },
  { id: "vault.depositTokens", bar: 120_000, stretch: 110_000, peer: 104_452 },
  { id: "vault.request", bar: 95_000, stretch: 85_000, peer: 219_144 },
  { id: "vault.settle", bar: 110_000, stretch: 90_000, peer: 55_000 },
  { id: "vault.claim", bar: 75_000, stretch: 65_000, peer: 79_644 },
  { id: "loan.draw", bar: 420_000, stretch: 300_000, peer: 528_294 },
  { id: "loan.repay", bar: 125_000, stretch: 70_000, peer: 143_861 },
  { id: "vote.cast", bar: 75_000, stretch: 68_000, peer: 68_470 },
  { id: "data.createDao", bar: 2_500_000, stretch: 2_000_000, peer: null },
  { id: "data.contribute", bar: 130_000, stretch: 110_000, peer: 855_397 },
  { id: "data.settleEpoch", bar: 150_000, stretch: 120_000, peer: null },
  // the peer needs two transactions
  { id: "data.buy", bar: 130_000, stretch: null, peer: 201_896 },
  { id: "data.claim", bar: 75_000, stretch: 70_000, peer: 68_205 },
  { id: "model.register", bar: 6_000, stretch: 4_000, peer: null },
  { id: "model.recogniser", bar: 2_150_000, stretch: null, peer: null },
  { id: "dispute.challenge", bar: 150_000, stretch: 120_000, peer: null },
  { id: "dispute.trace", bar: 110_000, stretch: 88_000, peer: null },
  { id: "dispute.reveal64", bar: 90_000, stretch: 80_000, peer: null },
  { id: "dispute.pick", bar: 48_000, stretch: 42_000, peer: null },
  { id: "step.dot256", bar: 110_000, stretch: 95_000, peer: null },
  { id: "step.dot1024", bar: 150_000, stretch: 135_000, peer: null },
  { id: "step.dot4096", bar: 310_000, stretch: 285_000, peer: null },
  { id: "step.map", bar: 95_000, stretch: 85_500, peer: null },
  { id: "step.reduce1024", bar: 175_000, stretch: 157_500, peer: null },
  { id: "step.view", bar: 80_000, stretch: 72_000, peer: null },
  { id: "step.take", bar: 90_000, stretch: 81_000, peer: null },
  { id: "step.recogniser", bar: 900_000, stretch: null, peer: null },
  { id: "dispute.digits", bar: 1_000_000, stretch: 750_000, peer: 9_500_000 },
  { id: "dispute.1e9", bar: 1_200_000, stretch: 900_000, peer: 9_500_000 },
  { id: "dispute.recogniser", bar: 1_500_000, stretch: null, peer: null },
];
