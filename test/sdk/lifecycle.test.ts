import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id } from "ethers";
import {
  JobStatus,
  PriceState,
  approveJob,
  asAddress,
  asHex,
  cancelJob,
  deliverJob,
  expireJob,
  fillJob,
  fulfilJob,
  getJob,
  getJobEvents,
  handBackJob,
  jobHash,
  replaceWorker,
  settleJob,
  signApproval,
  signAsk,
  signBid,
} from "../../sdk/src/index";
import { askOf, bidOf, plainOf } from "../shared/market";
import { deploySdkMarket } from "./support";
import type { ErgonClient, JobRecord } from "../../sdk/src/index";

const OUTPUT_ROOT = asHex(id("outputs"));

async function openFixture() {
  const sdk = await deploySdkMarket();
  const bid = bidOf(sdk.market, { nonce: 7n });
  const bidSignature = await signBid(sdk.client, bid);
  const { job } = await fillJob(sdk.provider, { ask: askOf(sdk.market), bid, bidSignature });
  return { ...sdk, bid, job };
}

async function deliveredFixture() {
  const sdk = await openFixture();
  const { job } = await deliverJob(sdk.worker, { job: sdk.job, outputRoot: OUTPUT_ROOT });
  return { ...sdk, job };
}

/** That the record is what the chain says, read again from all events. */
async function expectCurrent(client: ErgonClient, record: JobRecord): Promise<void> {
  expect(await getJob(client, { id: record.id })).to.deep.equal(record);
  const stored = await client.jobEscrow.jobHash(record.id);
  expect(stored).to.equal(
    record.end === undefined ? jobHash(record.job) : asHex(`0x${"00".repeat(32)}`),
  );
}

describe("actions on jobs", () => {
  it("fillJob opens a job that is its orders'", async () => {
    const { client, job, bid, market } = await loadFixture(openFixture);
    expect(job.id).to.equal(1n);
    expect(job.job).to.include({
      client: bid.client,
      provider: market.provider.address,
      worker: market.worker.address,
      units: 4n,
      unitPrice: 10_000n,
      status: JobStatus.Open,
      frozen: false,
    });
    await expectCurrent(client, job);
  });

  it("deliverJob commits to outputs", async () => {
    const { client, job } = await loadFixture(deliveredFixture);
    expect(job.job).to.include({ status: JobStatus.Delivered, outputRoot: OUTPUT_ROOT, units: 4n });
    await expectCurrent(client, job);
  });

  it("deliverJob hands back the units that are left out", async () => {
    const { client, worker, job: open } = await loadFixture(openFixture);
    const { job } = await deliverJob(worker, { job: open, outputRoot: OUTPUT_ROOT, units: 3n });
    expect(job.job.units).to.equal(3n);
    await expectCurrent(client, job);
  });

  it("deliverJob carries an approval, which pays", async () => {
    const { client, worker, job: open } = await loadFixture(openFixture);
    const terms = { outputRoot: OUTPUT_ROOT, units: 4n };
    const approval = await signApproval(client, { id: open.id, ...terms });
    const { job } = await deliverJob(worker, { job: open, ...terms, approval });
    expect(job.job.price).to.equal(PriceState.Paid);
    await expectCurrent(client, job);
  });

  it("approveJob pays from the client", async () => {
    const { client, job: delivered } = await loadFixture(deliveredFixture);
    const { job } = await approveJob(client, { job: delivered });
    expect(job.job.price).to.equal(PriceState.Paid);
    await expectCurrent(client, job);
  });

  it("approveJob pays from anyone with the client's signature", async () => {
    const { client, stranger, job: delivered } = await loadFixture(deliveredFixture);
    const { outputRoot, units } = delivered.job;
    const approval = await signApproval(client, { id: delivered.id, outputRoot, units });
    const { job } = await approveJob(stranger, { job: delivered, approval });
    expect(job.job.price).to.equal(PriceState.Paid);
  });

  it("settleJob ends a delivered job after its window", async () => {
    const { client, stranger, job: delivered } = await loadFixture(deliveredFixture);
    await time.increase(21_601);
    const { job, transaction } = await settleJob(stranger, { job: delivered });
    expect(job.end).to.deep.equal({
      name: "JobSettled",
      paid: 40_000n,
      fee: 1_000n,
    });
    expect(job.updatedIn.transactionHash).to.equal(transaction.hash);
    await expectCurrent(client, job);
  });

  it("cancelJob ends an open job for its client", async () => {
    const { client, job: open } = await loadFixture(openFixture);
    const { job } = await cancelJob(client, { job: open });
    expect(job.end).to.deep.equal({ name: "JobCancelled", share: 40_000n, fee: 1_000n });
    await expectCurrent(client, job);
  });

  it("handBackJob ends an open job for its worker", async () => {
    const { client, worker, job: open } = await loadFixture(openFixture);
    const { job } = await handBackJob(worker, { job: open });
    expect(job.end).to.deep.equal({ name: "JobHandedBack", share: 400n });
    await expectCurrent(client, job);
  });

  it("expireJob ends an open job after its deadline", async () => {
    const { client, stranger, job: open } = await loadFixture(openFixture);
    await time.increase(3_601);
    const { job } = await expireJob(stranger, { job: open });
    expect(job.end).to.deep.equal({ name: "JobExpired", penalty: 40_000n });
    await expectCurrent(client, job);
  });

  it("replaceWorker names another worker", async () => {
    const { client, provider, market, job: open } = await loadFixture(openFixture);
    const worker = asAddress(market.stranger.address);
    const { job } = await replaceWorker(provider, { job: open, worker });
    expect(job.job.worker).to.equal(worker);
    await expectCurrent(client, job);
  });

  it("fulfilJob opens and delivers at once, and with an approval ends", async () => {
    const { client, provider, worker, market } = await loadFixture(deploySdkMarket);
    const bid = bidOf(market, { ...plainOf(market), nonce: 8n, minUnitBond: 0n, open: true });
    const { verifier } = bid;
    const ask = askOf(market, { verifier, nonce: 9n, unitBond: 0n });
    const approval = await signApproval(client, { id: 1n, outputRoot: OUTPUT_ROOT, units: 4n });
    const { job } = await fulfilJob(worker, {
      ask,
      askSignature: await signAsk(provider, ask),
      bid,
      bidSignature: await signBid(client, bid),
      outputRoot: OUTPUT_ROOT,
      approval,
    });
    expect(job.end).to.deep.equal({ name: "JobSettled", paid: 40_000n, fee: 1_000n });
    const names = (await getJobEvents(client, { id: 1n })).map(({ name }) => name);
    expect(names).to.deep.equal(["JobOpened", "JobDelivered", "JobSettled"]);
  });
});
