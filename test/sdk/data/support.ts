import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { keccak256 } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import {
  asAddress,
  asHex,
  buyValuation,
  closeEpoch,
  contribute,
  drawTests,
  drawnSegment,
  getEpoch,
  getJob,
  joinEpoch,
  openEpoch,
  recordDelivery,
  seedHashOf,
  settleEpoch,
  settleJob,
  settlementOf,
  showSeed,
  slotShapeOf,
} from "../../../sdk/src/index";
import type { ErgonClient } from "../../../sdk/src/index";
import {
  openSegment,
  poolRoot,
  readValues,
  slotSiblings,
  tensorId,
} from "../../../tensor/src/index";
import type { Contribution, TestRow } from "../../../tensor/src/index";
import {
  HOST_SEED,
  OPEN_TIME,
  OPTIONS,
  POOL,
  POOL_SEED,
  SEGMENTS,
  SEGMENT_ROWS,
  SHAPE,
  UNITS,
  deployData,
  outputRootOf,
  runValuation,
  usualSlots,
  valuationAsk,
} from "../../shared/data";
import { donate, now } from "../../shared/datasets";
import { deliverJob, jobNow, windowEnd } from "../../shared/jobs";
import { expectError } from "../../worker/support/rejection";
import { clientOf } from "../support";

export const [SCHEMA, URI] = [asHex(keccak256("0x01")), "https://data.example/1"];

/** A market with one dataset, and clients for who takes part in it. */
export async function deployed() {
  const market = await deployData();
  const of = (account: HardhatEthersSigner) => clientOf(market, account);
  return {
    ...{ market, slots: usualSlots(market), token: market.tokenAddress },
    dataset: asAddress(market.dao.target as string),
    access: asAddress(market.market.target as string),
    ...{ host: of(market.host), poolOwner: of(market.poolOwner) },
    ...{ anyone: of(market.stranger), buyer: of(market.client) },
    owners: market.contributors.map(of),
  };
}
export type Deployed = Awaited<ReturnType<typeof deployed>>;

/** Expects a contract to refuse with this error and arguments, about which there is a hint. */
export const refused = async (action: () => unknown, errorName: string, args: object) => {
  const error = await expectError(action, "ErgonRevertError", "REVERT");
  expect(error).to.include({ errorName });
  expect(error).to.have.deep.property("args", args);
  expect(error).to.have.property("hint").that.is.a("string");
  return error;
};

/** Gives a contribution in the name of the client. */
export const give = (client: ErgonClient, { dataset }: Deployed, data: Contribution) =>
  contribute(client, {
    ...{ dataset, siblings: slotSiblings(OPTIONS, data), schema: SCHEMA, uri: URI },
    count: BigInt(data.points.length),
  });

/** Gives the usual contributions, each in its owner's name. */
export const giveAll = async (all: Deployed) => {
  for (const [i, data] of all.slots.entries()) await give(all.owners[i], all, data);
};

/** Opens an epoch. */
export const open = async ({ dataset, poolOwner, market }: Deployed) => {
  const closesAt = (await now()) + OPEN_TIME;
  const seedHash = seedHashOf(asAddress(market.poolOwner.address), POOL_SEED);
  const shape = { segments: SEGMENTS, segmentRows: SEGMENT_ROWS };
  const root = poolRoot(OPTIONS, POOL);
  return openEpoch(poolOwner, { dataset, poolRoot: root, ...shape, seedHash, closesAt });
};

/** Joins it. */
export const join = ({ dataset, host, market }: Deployed) =>
  joinEpoch(host, { dataset, seedHash: seedHashOf(asAddress(market.host.address), HOST_SEED) });

/** Opens an epoch that both sides commit to, and closes it. */
export const openAndClose = async (all: Deployed) => {
  await open(all);
  await join(all);
  await time.increase(OPEN_TIME);
  return closeEpoch(all.host, all);
};

/** Shows both seeds, and draws the test points, which it returns. */
export const draw = async (all: Deployed, epochId: bigint): Promise<readonly TestRow[]> => {
  const { dataset, host, poolOwner, anyone } = all;
  await showSeed(poolOwner, { dataset, seed: POOL_SEED });
  expect((await showSeed(host, { dataset, seed: HOST_SEED })).epochId).to.equal(epochId);
  const segment = drawnSegment(await getEpoch(anyone, { dataset, epochId }));
  const opening = openSegment(OPTIONS, POOL, Number(segment), Number(UNITS));
  const { root: segmentRoot, path: siblings } = opening;
  const drawn = await drawTests(anyone, { dataset, segmentRoot, siblings });
  expect(drawn.segment).to.equal(segment);
  return POOL.slice(Number(segment * UNITS), Number((segment + 1n) * UNITS));
};

/** Buys the valuation, lets it be delivered and end well, and settles the epoch. */
const value = async (all: Deployed, tests: readonly TestRow[]) => {
  const { dataset, anyone, market, slots } = all;
  const { ask, signature: askSignature } = await valuationAsk(market);
  const { jobId } = await buyValuation(anyone, { dataset, ask, askSignature });
  const states = await runValuation([...slots, undefined], tests);
  const delivered = await deliverJob(market, await jobNow(market, jobId), {
    root: outputRootOf(states),
  });
  const job = await getJob(anyone, { id: jobId });
  const { outputRoot } = await recordDelivery(anyone, { dataset, job });
  expect(outputRoot).to.equal(outputRootOf(states));
  const settlement = settlementOf(
    slotShapeOf(SHAPE),
    states.map(tensorId),
    states[states.length - 1],
  );
  await refused(() => settleEpoch(anyone, { dataset, settlement }), "RewardsNoValues", {
    epochId: 1n,
  });
  await time.increaseTo(windowEnd(delivered));
  await settleJob(anyone, { job });
  return { states, settled: await settleEpoch(anyone, { dataset, settlement }) };
};

/** A whole epoch of the usual contributions, valued by the program. */
export const settled = async (all: Deployed) => {
  await donate(all.market);
  await giveAll(all);
  const { epochId, count } = await openAndClose(all);
  expect([epochId, count]).to.deep.equal([1n, 3n]);
  const valued = await value(all, await draw(all, epochId));
  const last = valued.states[valued.states.length - 1];
  return { ...valued, last, worth: readValues(OPTIONS, last) };
};
