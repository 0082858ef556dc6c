import { takeSnapshot, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers, network } from "hardhat";
import { BrowserProvider } from "ethers";

import {
  DemandKind,
  RECEIPT_STRUCT,
  accountOf,
  approveJob,
  asAddress,
  cancelJob,
  createErgonClient,
  deliverJob,
  demandOutput,
  escrowDomainOf,
  expireJob,
  fillJob,
  fulfilJob,
  getJob,
  handBackJob,
  lapseDemand,
  receiptDigest,
  receiptOf,
  recoverSigner,
  replaceWorker,
  settleJob,
  signStruct,
  signerOf,
  wordOf,
} from "../../sdk/src/index";
import { OUTPUT_ROOT, PIECE, useMarket } from "../shared/jobs";
import { askOf, bidOf, plainOf, signBid } from "../shared/market";
import { expectError } from "../worker/support/rejection";
import { clientOf } from "./support";
import type { ErgonClient, JobRecord, WorkReceipt } from "../../sdk/src/index";
import type { Market } from "../shared/market";

const WINDOW = 21_600;

/*
receipts
├── given a job that settled: it says what orders and chain say, Solidity computes its digest, and a
│   third party with an RPC endpoint makes the same
│  ├── it says what happened after its window, of all units
│  ├── it says what happened after its window, of the units that were delivered
│  ├── it says what happened after an approval
│  ├── it says what happened with its delivery, as it has no verifier
│  ├── it says what happened in one call, with which it opened
│  ├── it says what happened for nothing, after a demand lapsed
│  └── it says what happened with the worker that was named last
├── given a signed receipt: it lets a third party with an RPC endpoint check who signed it
└── given a job that goes on or ended otherwise: it throws JOB_INCONSISTENT
*/
describe("receipts", () => {
  const the = useMarket();

  const as = (who: "client" | "provider" | "worker" | "stranger") => clientOf(the(), the()[who]);

  /** Opens the usual job, with a verifier or without. */
  async function open(isPlain = false): Promise<JobRecord> {
    const terms = isPlain ? plainOf(the()) : {};
    const bid = bidOf(the(), { ...terms, nonce: 1n });
    const orders = { ask: askOf(the(), terms), bid, bidSignature: await signBid(the(), bid) };
    return (await fillJob(as("provider"), orders)).job;
  }

  const deliver = async (job: JobRecord, units = 4n): Promise<JobRecord> =>
    (await deliverJob(as("worker"), { job, outputRoot: OUTPUT_ROOT, units })).job;

  async function settle(job: JobRecord): Promise<JobRecord> {
    await time.increaseTo(job.job.deliveredAt + BigInt(WINDOW + 1));
    return (await settleJob(as("stranger"), { job })).job;
  }

  /** What the receipt of the usual job says, but for what its end decides. */
  async function expectedOf(market: Market, changes: Partial<WorkReceipt>): Promise<WorkReceipt> {
    const { escrow, client, provider, worker, gpuId, verifier, tokenAddress } = market;
    const at = async (name: "JobOpened" | "JobDelivered") => {
      const [log] = await escrow.queryFilter(escrow.filters[name]());
      return BigInt((await log.getBlock()).timestamp);
    };
    const { modelId, inputRoot } = bidOf(market);
    return {
      jobId: `0x${"00".repeat(31)}01`,
      client: asAddress(client.address),
      provider: asAddress(provider.address),
      worker: asAddress(worker.address),
      ...{ gpuId, modelId, inputRoot, outputRoot: OUTPUT_ROOT },
      units: 4n,
      token: tokenAddress,
      paid: 40_000n,
      verifier: asAddress(verifier.address),
      openedAt: await at("JobOpened"),
      deliveredAt: await at("JobDelivered"),
      ...changes,
    };
  }

  /** Expects a receipt of a settled job, for Solidity to compute its digest, and a third party all of it. */
  async function expectReceipt(job: JobRecord, changes: Partial<WorkReceipt> = {}): Promise<void> {
    const receipt = receiptOf(job);
    expect(receipt).to.deep.equal(await expectedOf(the(), changes));
    const domain = await escrowDomainOf(as("client"));
    const harness = await ethers.deployContract("DigestHarness");
    const [digest] = await harness.receiptDigests([domain], [receipt]);
    expect(receiptDigest(domain, receipt)).to.equal(digest);
    const third = onlooker();
    expect(receiptOf(await getJob(third, { id: job.id }))).to.deep.equal(receipt);
    expect(await escrowDomainOf(third)).to.deep.equal(domain);
  }

  /** Somebody who has the addresses and an RPC endpoint, and no account. */
  function onlooker(): ErgonClient {
    const endpoint = new BrowserProvider(network.provider, undefined, { cacheTimeout: -1 });
    return createErgonClient({ runner: endpoint, addresses: the().addresses });
  }

  context("given a job that settled", () => {
    it("says what happened after its window, of all units", async () => {
      await expectReceipt(await settle(await deliver(await open())));
    });

    it("says what happened after its window, of the units that were delivered", async () => {
      const job = await settle(await deliver(await open(), 3n));
      await expectReceipt(job, { units: 3n, paid: 30_000n });
    });

    it("says what happened after an approval", async () => {
      const { job } = await approveJob(as("client"), { job: await deliver(await open()) });
      await expectReceipt(await settle(job));
    });

    it("says what happened with its delivery, as it has no verifier", async () => {
      const { verifier } = plainOf(the());
      await expectReceipt(await deliver(await open(true)), { verifier });
    });

    it("says what happened in one call, with which it opened", async () => {
      const { verifier } = plainOf(the());
      const worker = await accountOf(as("provider"));
      const bid = bidOf(the(), { ...plainOf(the()), nonce: 1n });
      const { job } = await fulfilJob(as("provider"), {
        ask: askOf(the(), { verifier, worker, gpuId: 0n }),
        bid,
        bidSignature: await signBid(the(), bid),
        outputRoot: OUTPUT_ROOT,
      });
      await expectReceipt(job, { verifier, worker, gpuId: 0n });
    });

    it("says what happened for nothing, after a demand lapsed", async () => {
      const delivered = await deliver(await open());
      const demanded = await demandOutput(as("client"), { job: delivered, piece: PIECE });
      await time.increase(WINDOW + 1);
      const kind = DemandKind.Client;
      const { job } = await lapseDemand(as("stranger"), { job: demanded.job, kind });
      await expectReceipt((await settleJob(as("stranger"), { job })).job, { paid: 0n });
    });

    it("says what happened with the worker that was named last", async () => {
      const worker = asAddress(the().stranger.address);
      const replaced = await replaceWorker(as("provider"), { job: await open(), worker });
      const delivery = { job: replaced.job, outputRoot: OUTPUT_ROOT };
      const { job } = await deliverJob(as("stranger"), delivery);
      await expectReceipt(await settle(job), { worker });
    });
  });

  context("given a signed receipt", () => {
    it("lets a third party with an RPC endpoint check who signed it", async () => {
      const { id } = await deliver(await open(true));
      const receipt = receiptOf(await getJob(as("provider"), { id }));
      const domain = await escrowDomainOf(as("provider"));
      const signer = signerOf(as("provider"));
      const signature = await signStruct(signer, domain, RECEIPT_STRUCT, receipt);
      const third = onlooker();
      const own = receiptOf(await getJob(third, { id }));
      const digest = receiptDigest(await escrowDomainOf(third), own);
      expect(recoverSigner(digest, signature)).to.equal(own.provider);
      const forged = receiptDigest(domain, { ...own, paid: own.paid + 1n, jobId: wordOf(id) });
      expect(recoverSigner(forged, signature)).not.to.equal(own.provider);
    });
  });

  context("given a job that goes on or ended otherwise", () => {
    it("throws JOB_INCONSISTENT, to be tried again only while it goes on", async () => {
      const job = await open();
      const expectNone = async (record: JobRecord, retryable: boolean) => {
        const error = await expectError(() => receiptOf(record), "ErgonError", "JOB_INCONSISTENT");
        expect(error.retryable).to.equal(retryable);
      };
      await expectNone(job, true);
      const opened = await takeSnapshot();
      await expectNone((await cancelJob(as("client"), { job })).job, false);
      await opened.restore();
      await expectNone((await handBackJob(as("worker"), { job })).job, false);
      await opened.restore();
      await time.increase(3_601);
      await expectNone((await expireJob(as("stranger"), { job })).job, false);
    });
  });
});
