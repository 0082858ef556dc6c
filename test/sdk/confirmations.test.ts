import { setTimeout } from "node:timers/promises";

import { mine, setBalance } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers, network } from "hardhat";
import { BrowserProvider, Wallet, id, parseEther } from "ethers";
import type { Eip1193Provider } from "ethers";

import { allowModule, cancelJob, createErgonClient, finalBlock, getJob } from "../../sdk/src/index";
import { OUTPUT_ROOT, openJob, useMarket } from "../shared/jobs";
import { expectError } from "../worker/support/rejection";
import { clientOf } from "./support";
import type { ErgonClient } from "../../sdk/src/index";

/** A poll begins once the one before it is done. */
const POLLS = 3;

/** What is waited for takes some tens of rounds of the event loop. */
const ROUNDS = 4_000;

/** Fees that put a transaction in front of others. */
const FIRST = { gasPrice: 10n ** 11n, gasLimit: 500_000n };

/*
sending, given a number of confirmations
├── it returns with the block of the transaction, given one
├── it waits until so many blocks hold or follow the transaction
├── it takes a transaction that was sent again at a higher price for the same
├── it throws NOT_MINED when another transaction took its place
└── it throws what the contract says when the transaction reverts in its block
*/
describe("finalBlock", () => {
  it("is the newest block given one confirmation, and the first one given as many as blocks", () => {
    expect(finalBlock(9, 1)).to.equal(9);
    expect(finalBlock(9, 3)).to.equal(7);
    expect(finalBlock(9, 10)).to.equal(0);
  });

  it("is block 0 on a chain that is shorter than the confirmations", () => {
    expect(finalBlock(9, 11)).to.equal(0);
  });
});

describe("sending, given a number of confirmations", () => {
  const the = useMarket();

  afterEach(() => network.provider.send("evm_setAutomine", [true]));

  /** How often an RPC endpoint was asked for the newest block, by the block that it named. */
  const polls = new Map<number, number>();

  const endpoint: Eip1193Provider = {
    request: async ({ method, params = [] }) => {
      const result = await network.provider.request({ method, params: params as unknown[] });
      if (method === "eth_blockNumber") {
        polls.set(Number(result), (polls.get(Number(result)) ?? 0) + 1);
      }
      return result;
    },
  };

  const wallet = new Wallet(
    id("wallet"),
    new BrowserProvider(endpoint, undefined, { cacheTimeout: -1, pollingInterval: 5 }),
  );

  /** A client that signs by itself and polls the endpoint. */
  async function polling(confirmations?: number): Promise<ErgonClient> {
    polls.clear();
    await setBalance(wallet.address, parseEther("1"));
    return createErgonClient({ runner: wallet, addresses: the().addresses, confirmations });
  }

  /** Looks again and again, a while apart, until there is something to return. */
  async function until<Result>(look: () => Promise<Result | undefined>): Promise<Result> {
    for (let round = 0; round < ROUNDS; round++) {
      const found = await look();
      if (found !== undefined) return found;
      await setTimeout(5);
    }
    throw new Error("what was waited for never came");
  }

  /** Waits until a block was polled so often that what follows from it was done. */
  const seen = (block: number): Promise<true> =>
    until(async () => (polls.get(block) ?? 0) >= POLLS || undefined);

  /** The only transaction that waits to be mined. */
  const pending = (): Promise<{ to: string; nonce: number; input: string }> =>
    until(async () => {
      const [transaction] = await network.provider.send("eth_pendingTransactions", []);
      return transaction && { ...transaction, nonce: Number(transaction.nonce) };
    });

  /** Mines blocks until a call returns, as a poll that begins late sees later blocks only. */
  async function mineUntil<Result>(sent: Promise<Result>): Promise<Result> {
    let returned = false;
    const stop = () => (returned = true);
    sent.then(stop, stop);
    await until(async () => {
      if (!returned) await mine();
      return returned || undefined;
    });
    return sent;
  }

  const allow = (client: ErgonClient) => allowModule(client, { token: the().tokenAddress });

  it("returns with the block of the transaction, given one", async () => {
    const receipt = await allow(await polling());
    expect(receipt.blockNumber).to.equal(await ethers.provider.getBlockNumber());
  });

  it("waits until so many blocks hold or follow the transaction", async () => {
    const client = await polling(3);
    const start = await ethers.provider.getBlockNumber();
    let returned = false;
    const sent = allow(client).finally(() => (returned = true));
    await seen(start + 1);
    await mine();
    await seen(start + 2);
    expect(returned).to.equal(false);
    const receipt = await mineUntil(sent);
    expect(receipt.blockNumber).to.equal(start + 1);
    expect(await receipt.confirmations()).to.be.at.least(3);
  });

  it("takes a transaction that was sent again at a higher price for the same", async () => {
    const client = await polling();
    await network.provider.send("evm_setAutomine", [false]);
    const sent = allow(client);
    const { to, nonce, input: data } = await pending();
    const again = await wallet.sendTransaction({ to, nonce, data, ...FIRST });
    expect((await mineUntil(sent)).hash).to.equal(again.hash);
  });

  it("throws NOT_MINED when another transaction took its place", async () => {
    const client = await polling();
    await network.provider.send("evm_setAutomine", [false]);
    const sent = expectError(() => allow(client), "ErgonError", "NOT_MINED");
    const { nonce } = await pending();
    await wallet.sendTransaction({ to: wallet, nonce, ...FIRST });
    expect((await mineUntil(sent)).retryable).to.equal(false);
  });

  it("throws what the contract says when the transaction reverts in its block", async () => {
    const { escrow, worker } = the();
    const client = clientOf(the(), the().client);
    const ref = await openJob(the());
    const job = await getJob(client, { id: ref.id });
    await network.provider.send("evm_setAutomine", [false]);
    const sent = expectError(() => cancelJob(client, { job }), "ErgonRevertError", "REVERT");
    await pending();
    await escrow.connect(worker).deliver(ref.id, ref.job, OUTPUT_ROOT, 4n, "0x", FIRST);
    expect(await mineUntil(sent)).to.include({ errorName: "JobsStale" });
  });
});
