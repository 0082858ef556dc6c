import { expect } from "chai";
import { afterPayment } from "../../../scripts/demo/balances";
import { awaitOutputs } from "../../../scripts/shared/workerJob";
import { OPENED_TOPIC, accountOf, getJob, getJobEvents } from "../../../sdk/src/index";
import type { JobEvent } from "../../../sdk/src/index";
import { WasmExecutor, listRoot, tensorId } from "../../../tensor/src/index";
import { PATIENCE } from "./heldChain";
import type { Posted, World } from "./world";

/**
 * Expects that the bid became one job, which ended by `steps`, each in a transaction of the worker's
 * key; that it was paid, once; and that the outputs which the worker gives out are the
 * model's and have the root that it delivered.
 */
export async function expectServedOnce(
  world: World,
  posted: Posted,
  steps: readonly JobEvent["name"][],
): Promise<void> {
  const { cast, beginning } = world;
  const [id, ...others] = await jobsOpened(world);
  expect(others, "jobs too many").to.deep.equal([]);
  const events = await getJobEvents(cast.client, { id });
  expect(events.map(({ name }) => name)).to.deep.equal(steps);
  for (const { at } of events) {
    const receipt = await world.stage.provider.getTransactionReceipt(at.transactionHash);
    expect(receipt).to.include({ from: cast.key.address, status: 1 });
  }

  const { end, job } = await getJob(cast.client, { id });
  const { bid, inputs } = posted;
  expect(job).to.include({ client: bid.client, inputRoot: bid.inputRoot, units: bid.units });
  if (end?.name !== "JobSettled") throw new Error(`the job ended by ${end?.name}`);
  expect(end.paid).to.equal(bid.maxUnitPrice * bid.units);
  expect(await world.claims()).to.deep.equal(afterPayment(beginning.claims, end));

  const { ids, jobId } = await awaitOutputs(world.worker.api, posted.id, {
    units: inputs.length,
    silent: true,
    ...PATIENCE,
  });
  expect(jobId).to.equal(id);
  expect(listRoot(ids)).to.equal(job.outputRoot);
  const outputs = await new WasmExecutor().run(cast.model, inputs);
  expect(ids).to.deep.equal(outputs.map(tensorId));
}

/** Ids of the jobs that were opened for the client since the journey began. */
export async function jobsOpened({ cast, beginning }: World): Promise<bigint[]> {
  const { client } = cast;
  const logs = await client.provider.getLogs({
    address: client.addresses.jobEscrow,
    topics: [OPENED_TOPIC, null, `0x${(await accountOf(client)).slice(2).padStart(64, "0")}`],
    fromBlock: beginning.block + 1,
  });
  return logs.map(({ topics }) => BigInt(topics[1]));
}

/** Number of transactions that the worker got mined since the journey began. */
export async function transactionsOf({ worker, beginning }: World): Promise<number> {
  return (await worker.nonce()) - beginning.nonce;
}
