import { ethers } from "hardhat";
import { MaxUint256, concat, keccak256 } from "ethers";
import type { ContractTransactionResponse } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";

import { TermsClass, asHex } from "../../sdk/src/index";
import type { Ask } from "../../sdk/src/index";
import {
  ReferenceExecutor,
  blockRoots,
  encodeState,
  knnShapleyProgram,
  listProof,
  listRoot,
  modelId,
  openSegment,
  openValue,
  poolRoot,
  slotRoot,
  slotSiblings,
  tensorId,
} from "../../tensor/src/index";
import type {
  Contribution,
  Hex,
  Slot,
  Tensor,
  TestRow,
  ValuationOptions,
  ValueOpening,
} from "../../tensor/src/index";
import type {
  AccessMarket,
  DataDAO,
  DataDaoFactory,
  DataGovernor,
  DataShares,
} from "../../typechain-types";
import { TERMS } from "./accessMarket";
import { at, jobNow } from "./jobs";
import type { JobRef } from "./jobs";
import { askOf, deployMarket, fund, signAsk } from "./market";
import type { Market } from "./market";

/** Four slots of seven points in 31 dimensions, and a header each. */
export const OPTIONS: ValuationOptions = {
  ...{ rows: 32, rowWords: 2, slotRows: 8 },
  ...{ neighbours: 3, radiusSquared: 2 },
};

/** The same in binary logarithms. */
export const SHAPE = { slots: 2n, slotRows: 3n, rowWords: 1n } as const;

/** Four segments of four rows: a job of four units. */
export const [SEGMENTS, SEGMENT_ROWS] = [2n, 2n];
export const UNITS = 4n;

/** Payment-token units. */
export const [BOND, SEED_BOND, POT, UNIT_PRICE] = [10_000n, 5_000n, 1_000_000n, 1_000n];

/** Seconds of the phases, and how long claims and bonds wait. */
export const OPEN_TIME = 7n * 86_400n;
export const [CLOSE_TIME, SHOW_TIME, DRAW_TIME] = [2n * 86_400n, 86_400n, 86_400n];
export const [VALUE_TIME, SETTLE_TIME] = [29n * 86_400n, 3n * 86_400n];
export const [HOLD, CLAIM_TIME] = [7n * 86_400n, 365n * 86_400n];

export const [POOL_SEED, HOST_SEED] = [
  asHex(`0x${"a1".repeat(32)}`),
  asHex(`0x${"b2".repeat(32)}`),
];

/** A market in which a dataset was made, with a host, a pool of test points and three contributors. */
export interface DataMarket extends Market {
  readonly factory: DataDaoFactory;
  readonly dao: DataDAO;
  readonly shares: DataShares;
  readonly governor: DataGovernor;
  readonly timelock: string;
  readonly market: AccessMarket;
  readonly host: HardhatEthersSigner;
  readonly poolOwner: HardhatEthersSigner;
  readonly contributors: readonly HardhatEthersSigner[];
}

/** What a test knows of an epoch whose job ended well. */
export interface Valued {
  readonly epochId: bigint;
  readonly state: Tensor;
}

/** The program of the dataset. */
export const PROGRAM = knnShapleyProgram(OPTIONS);

/** A fresh chain with one dataset. */
export async function deployData(): Promise<DataMarket> {
  const market = await deployMarket();
  const signers = await ethers.getSigners();
  const [host, poolOwner, ...contributors] = signers.slice(8, 13);
  const factory = market.dataDaoFactory;
  const plan = await planOf(market, host, poolOwner);
  const receipt = await (await factory.createDao(plan)).wait();
  const [created] = await factory.queryFilter(
    factory.filters.DaoCreated(),
    receipt?.blockNumber,
    receipt?.blockNumber,
  );
  const { dataset, shares, governor, timelock, market: access } = created.args;
  for (const account of [host, poolOwner, ...contributors]) {
    await fund(market, account);
    await market.ledger.connect(account).approve(dataset, market.tokenAddress, MaxUint256);
  }
  return {
    ...{ ...market, factory, host, poolOwner, contributors, timelock },
    market: await ethers.getContractAt("AccessMarket", access),
    dao: await ethers.getContractAt("DataDAO", dataset),
    shares: await ethers.getContractAt("DataShares", shares),
    governor: await ethers.getContractAt("DataGovernor", governor),
  };
}

/** What the fixture's community decides. */
export async function planOf(
  { token, verifier, stranger }: Market,
  host: HardhatEthersSigner,
  poolOwner: HardhatEthersSigner,
) {
  return {
    ...{ name: "Digits", token, shape: SHAPE, contributionBond: BOND, seedBond: SEED_BOND },
    ...{ host, poolOwner, guardian: stranger },
    valuation: {
      ...{ modelId: modelId(PROGRAM.program), verifier, termsClass: TermsClass.Standard },
      ...{ maxTurnaround: 86_400n, maxUnitPrice: UNIT_PRICE, minUnitBond: 1n },
    },
    sale: { ...TERMS, host: host.address },
  };
}

/** What a contributor gives: points around a place on a line, with a label. */
export function contributionOf(
  owner: HardhatEthersSigner,
  points: readonly (readonly [place: number, label: number])[],
  salt = 1,
): Contribution {
  return {
    owner: asHex(owner.address),
    salt: asHex(`0x${salt.toString(16).padStart(64, "0")}`),
    points: points.map(([place, label]) => ({ embedding: [place, -place], label })),
  };
}

/** Three contributions: two that help, and one whose labels are nobody else's. */
export function usualSlots({ contributors }: DataMarket): Contribution[] {
  const [first, second, wrong] = contributors;
  const lies = [13, 16, 26].flatMap((place) => [[place, 9] as const, [-place, 9] as const]);
  return [
    contributionOf(
      first,
      [
        [10, 1],
        [20, 1],
        [-10, 2],
        [24, 1],
        [-24, 2],
      ],
      1,
    ),
    contributionOf(
      second,
      [
        [-20, 2],
        [40, 1],
      ],
      2,
    ),
    contributionOf(wrong, lies, 3),
  ];
}

/** Sixteen test points: what is right of zero is 1, what is left of it 2. */
export const POOL: readonly TestRow[] = Array.from({ length: 16 }, (_, i) => {
  const place = (i % 2 === 0 ? 1 : -1) * (9 + i);
  return { embedding: [place, -place], label: place > 0 ? 1 : 2 };
});

/** Gives a contribution in its owner's name. */
export async function contribute(
  { dao, contributors }: DataMarket,
  contribution: Contribution,
): Promise<ContractTransactionResponse> {
  const owner = contributors.find(({ address }) => address === contribution.owner);
  const siblings = slotSiblings(OPTIONS, contribution);
  const schema = keccak256("0x01");
  return dao
    .connect(owner)
    .contribute(siblings, contribution.points.length, schema, "https://data.example/1");
}

/** The root of a contribution's slot, which names it. */
export function nameOf(contribution: Slot): Hex {
  return slotRoot(OPTIONS, contribution);
}

/** What commits an account to a seed. */
export function seedHashOf(account: HardhatEthersSigner, seed: Hex): string {
  const coder = ethers.AbiCoder.defaultAbiCoder();
  return keccak256(coder.encode(["address", "bytes32"], [account.address, seed]));
}

/** Opens an epoch that both sides committed to; returns when it closes. */
export async function openEpoch({ dao, poolOwner, host }: DataMarket): Promise<bigint> {
  const block = await ethers.provider.getBlock("latest");
  const closesAt = BigInt(block?.timestamp ?? 0) + OPEN_TIME;
  const root = poolRoot(OPTIONS, POOL);
  const hash = seedHashOf(poolOwner, POOL_SEED);
  await dao.connect(poolOwner).open(root, SEGMENTS, SEGMENT_ROWS, hash, closesAt);
  await dao.connect(host).join(seedHashOf(host, HOST_SEED));
  return closesAt;
}

/** Closes the running epoch in the first second that it may be. */
export async function closeEpoch({ dao, host }: DataMarket, closesAt: bigint): Promise<void> {
  await at(closesAt);
  await dao.connect(host).close();
}

/** Shows both seeds, and draws the test points; returns them. */
export async function drawTests(market: DataMarket): Promise<readonly TestRow[]> {
  const { dao, poolOwner, host } = market;
  await dao.connect(poolOwner).showSeed(POOL_SEED);
  await dao.connect(host).showSeed(HOST_SEED);
  const { seed } = await dao.epochOf(await dao.epochCount());
  const segment = Number(BigInt(seed) % 4n);
  const { root, path } = openSegment(OPTIONS, POOL, segment, Number(UNITS));
  await dao.draw(root, [...path]);
  return POOL.slice(segment * 4, segment * 4 + 4);
}

/** A provider's signed ask for the dataset's program. */
export async function valuationAsk(market: DataMarket, changes: Partial<Ask> = {}) {
  const ask = askOf(market, {
    ...{ modelId: modelId(PROGRAM.program), gpuId: 0n, unitPrice: UNIT_PRICE, nonce: 77n },
    ...{ unitBond: 10n * UNIT_PRICE, maxUnits: 64n, termsClass: TermsClass.Standard },
    ...changes,
  });
  return { ask, signature: await signAsk(market, ask, market.provider) };
}

/** Buys the valuation from the provider. */
export async function buyValuation(
  market: DataMarket,
  changes: Partial<Ask> = {},
): Promise<JobRef> {
  const { ask, signature } = await valuationAsk(market, changes);
  await market.dao.buyValuation(ask, signature);
  const { jobId } = await market.dao.epochOf(await market.dao.epochCount());
  return jobNow(market, jobId);
}

/** Runs the job: all states after its units. */
export async function runValuation(
  slots: readonly Slot[],
  tests: readonly TestRow[],
): Promise<Tensor[]> {
  const executor = new ReferenceExecutor();
  const states: Tensor[] = [];
  let state = encodeState(OPTIONS, [...slots], [...tests]);
  for (let unit = 0n; unit < UNITS; unit++) {
    [state] = await executor.run(PROGRAM, [state]);
    states.push(state);
  }
  return states;
}

/** What a delivery of these states commits to. */
export function outputRootOf(states: readonly Tensor[]): Hex {
  return listRoot(states.map(tensorId));
}

/** What settles an epoch, of the last state of a job. */
export function settlementOf(states: readonly Tensor[]) {
  const last = states[states.length - 1];
  const { points, tests, sums, values } = blockRoots(OPTIONS, last);
  return {
    inputs: keccak256(concat([points, tests])),
    ...{ sums, valuesRoot: values },
    unitSiblings: [...listProof(states.map(tensorId), states.length - 1)],
    total: openingOf(openValue(OPTIONS, last, OPTIONS.rows / OPTIONS.slotRows)),
  };
}

/** A row of the values of a state as the contract takes it. */
export function openingOf({ word, path }: ValueOpening) {
  return { word, siblings: [...path] };
}

/** The value of a slot as the contract takes it. */
export function valueOf(state: Tensor, slot: number) {
  return openingOf(openValue(OPTIONS, state, slot));
}
