import { at, deliverJob, windowEnd } from "../shared/jobs";
import {
  POT,
  buyValuation,
  closeEpoch,
  contribute,
  contributionOf,
  deployData,
  drawTests,
  nameOf,
  openEpoch,
  outputRootOf,
  planOf,
  runValuation,
  settlementOf,
  usualSlots,
  valueOf,
} from "../shared/data";
import type { DataMarket } from "../shared/data";
import { measure } from "./measure";
import type { Gas } from "./measure";

/** A dataset's life: made, given to by an account that gave before, settled, and claimed from. */
export async function measureData(): Promise<[string, Gas][]> {
  const market = await deployData();
  const { dao, ledger, client, tokenAddress, factory, host, poolOwner, contributors } = market;
  const created = await measure(factory.createDao(await planOf(market, host, poolOwner)));
  await ledger.connect(client).transfer(dao, tokenAddress, POT);
  const closesAt = await openEpoch(market);
  const [first, second] = usualSlots(market);
  for (const slot of [first, second]) await contribute(market, slot);
  const third = contributionOf(contributors[0], [[16, 1]], 9);
  const contributed = await measure(contribute(market, third));
  await closeEpoch(market, closesAt);
  const [settled, claimed] = await settleAndClaim(market, [first, second, third]);
  return [
    ["data.createDao", created],
    ["data.contribute", contributed],
    ["data.settleEpoch", settled],
    ["data.claim", claimed],
  ];
}

async function settleAndClaim(
  market: DataMarket,
  slots: readonly ReturnType<typeof contributionOf>[],
): Promise<[Gas, Gas]> {
  const { dao, escrow } = market;
  const tests = await drawTests(market);
  const states = await runValuation([...slots, undefined], tests);
  const job = await deliverJob(market, await buyValuation(market), { root: outputRootOf(states) });
  await dao.recordDelivery(job.job);
  await at(windowEnd(job) + 1n);
  await escrow.settle(job.id, job.job);
  const { inputs, sums, valuesRoot, unitSiblings, total } = settlementOf(states);
  const settled = await measure(dao.settleEpoch(inputs, sums, valuesRoot, unitSiblings, total));
  const last = states[states.length - 1];
  await dao.claim(1n, nameOf(slots[1]), valueOf(last, 1));
  const claimed = await measure(dao.claim(1n, nameOf(slots[0]), valueOf(last, 0)));
  return [settled, claimed];
}
