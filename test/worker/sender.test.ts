import { expect } from "chai";
import { aBid, anAsk, anOffer } from "./support/fixtures";
import { FakeChain } from "./support/fakeChain";
import { memoryLog } from "./support/log";
import { ManualClock, MemoryStore } from "./support/memory";
import { expectError } from "./support/rejection";
import { ChainError } from "../../worker/src/chain/errors";
import { bumpedFees, newFees } from "../../worker/src/chain/fees";
import type { Call } from "../../worker/src/chain/node";
import { TransactionSender } from "../../worker/src/chain/sender";
import type { SenderOptions } from "../../worker/src/chain/sender";

const OPTIONS: SenderOptions = {
  confirmations: 2,
  fees: { maxFeePerGas: 1_000n, minTip: 1n },
  maxInFlight: 3,
  stuckMs: 60_000,
  rebroadcastMs: 10_000,
};

describe("worker TransactionSender", () => {
  let chain: FakeChain;
  let store: MemoryStore;
  let clock: ManualClock;
  let log: ReturnType<typeof memoryLog>;
  let sender: TransactionSender;

  beforeEach(async () => {
    [chain, store, clock, log] = [
      new FakeChain(),
      new MemoryStore(),
      new ManualClock(),
      memoryLog(),
    ];
    sender = await open();
  });

  function open(change: Partial<SenderOptions> = {}): Promise<TransactionSender> {
    return TransactionSender.open(chain, store, clock, log, { ...OPTIONS, ...change });
  }

  function fill(nonce: bigint): Call {
    return chain.market.fill(anAsk(aBid({ nonce })), anOffer(aBid({ nonce })));
  }

  async function tick(): Promise<void> {
    await sender.tick(await chain.head());
  }

  /** Mines and looks, `blocks` times. */
  async function mine(blocks = 1): Promise<void> {
    for (let i = 0; i < blocks; i++) {
      chain.mine();
      await tick();
    }
  }

  describe("submit", () => {
    it("sends, and tells the outcome once it is confirmed", async () => {
      expect(await sender.submit("a", fill(1n))).to.deep.equal({ kind: "pending" });
      await mine();
      expect(await sender.submit("a", fill(1n))).to.deep.equal({ kind: "pending" });
      await mine();
      const outcome = { kind: "confirmed", block: 1, cost: 1n };
      expect(await sender.submit("a", fill(1n))).to.deep.equal(outcome);
      expect(await (await open()).submit("a", fill(1n))).to.deep.equal(outcome);
      expect(chain.executed).to.deep.equal(["fill"]);
    });

    it("sends a key once, however often it is submitted at once", async () => {
      await Promise.all([1, 2, 3, 4].map(() => sender.submit("a", fill(1n))));
      expect(chain.broadcasts).to.have.length(1);
    });

    it("refuses what would revert, without using a nonce", async () => {
      await sender.submit("a", fill(1n));
      await mine();
      const status = await sender.submit("b", fill(1n));
      expect(status).to.deep.equal({ kind: "refused", reason: "OrdersNonceUsed" });
      await sender.submit("c", fill(2n));
      await mine(2);
      expect(chain.executed).to.deep.equal(["fill", "fill"]);
    });

    it("sends what was simulated before with a quarter above the gas that it takes", async () => {
      chain.estimateGas = () => Promise.reject(new ChainError("REVERT", "simulated"));
      expect(await sender.submit("a", fill(1n), 80_000n)).to.deep.equal({ kind: "pending" });
      expect(chain.mempool.get(0)?.gasLimit).to.equal(100_000n);
    });

    it("gives consecutive nonces and never more than may be in flight", async () => {
      for (const nonce of [1n, 2n, 3n, 4n]) await sender.submit(`k${nonce}`, fill(nonce));
      expect([...chain.mempool.keys()]).to.deep.equal([0, 1, 2]);
      expect(sender.inFlight()).to.have.length(3);
      expect(sender.inFlight("k2")).to.deep.equal(["k2"]);
      await mine(2);
      await sender.submit("k4", fill(4n));
      await mine(2);
      expect(chain.executed).to.have.length(4);
    });

    it("passes on an error of the node, with nothing sent or written", async () => {
      chain.fees = () => Promise.reject(new ChainError("RPC", "down"));
      const error = await expectError(() => sender.submit("a", fill(1n)), "ChainError", "RPC");
      expect(error.retryable).to.equal(true);
      expect(store.data.size).to.equal(0);
    });

    it("waits while gas costs more than it may", async () => {
      chain.baseFee = 1_000n;
      expect(await sender.submit("a", fill(1n))).to.deep.equal({ kind: "pending" });
      expect(store.data.size).to.equal(0);
      chain.baseFee = 999n;
      await sender.submit("a", fill(1n));
      expect(chain.mempool.get(0)?.maxFeePerGas).to.equal(1_000n);
    });

    it("writes the transaction before it is broadcast", async () => {
      const seen: number[] = [];
      const broadcast = chain.broadcast.bind(chain);
      chain.broadcast = (raw) => {
        seen.push(store.data.size);
        return broadcast(raw);
      };
      await sender.submit("a", fill(1n));
      expect(seen).to.deep.equal([2]);
    });
  });

  describe("tick", () => {
    it("reports a transaction that failed on the chain", async () => {
      await sender.submit("a", fill(1n));
      await sender.submit("b", fill(1n)); // the simulation does not see the first one yet
      await mine(2);
      expect((await sender.submit("a", fill(1n))).kind).to.equal("confirmed");
      expect((await sender.submit("b", fill(1n))).kind).to.equal("reverted");
    });

    it("broadcasts the same bytes again after a while, not before", async () => {
      await sender.submit("a", fill(1n));
      chain.mempool.clear();
      clock.advance(OPTIONS.rebroadcastMs - 1);
      await tick();
      expect(chain.mempool.size).to.equal(0);
      clock.advance(1);
      await tick();
      expect(chain.broadcasts).to.have.length(2);
      expect(new Set(chain.broadcasts).size).to.equal(1);
      expect(chain.mempool.size).to.equal(1);
    });

    it("broadcasts at once after a restart", async () => {
      await sender.submit("a", fill(1n));
      chain.mempool.clear();
      sender = await open();
      await tick();
      expect(chain.mempool.size).to.equal(1);
    });

    for (const code of ["RPC", "FUNDS", "NONCE_TOO_LOW", "UNDERPRICED"] as const) {
      it(`keeps nonce and bytes when the broadcast fails with ${code}`, async () => {
        chain.broadcastError = new ChainError(code, "no");
        expect(await sender.submit("a", fill(1n))).to.deep.equal({ kind: "pending" });
        clock.advance(OPTIONS.rebroadcastMs);
        await tick();
        await mine(2);
        expect((await sender.submit("a", fill(1n))).kind).to.equal("confirmed");
        expect(new Set(chain.broadcasts).size).to.equal(1);
      });
    }

    it("raises both fees by an eighth when stuck, at the same nonce", async () => {
      await sender.submit("a", fill(1n));
      const before = chain.mempool.get(0);
      chain.baseFee = 30n;
      await mine();
      clock.advance(OPTIONS.stuckMs - 1);
      await tick();
      expect(chain.mempool.get(0)).to.equal(before);
      clock.advance(1);
      await tick();
      expect(chain.mempool.get(0)?.maxFeePerGas).to.equal(61n);
      expect(chain.mempool.get(0)?.maxPriorityFeePerGas).to.equal(2n);
      await mine(2);
      expect((await sender.submit("a", fill(1n))).kind).to.equal("confirmed");
      expect(chain.executed).to.deep.equal(["fill"]);
    });

    it("finds the receipt whichever attempt was mined", async () => {
      await sender.submit("a", fill(1n));
      const first = chain.mempool.get(0);
      clock.advance(OPTIONS.stuckMs);
      await tick();
      if (first !== undefined) chain.mempool.set(0, first);
      await mine(2);
      expect((await sender.submit("a", fill(1n))).kind).to.equal("confirmed");
    });

    it("stops raising at the highest fee, and goes on broadcasting", async () => {
      await sender.submit("a", fill(1n));
      for (let i = 0; i < 60; i++) {
        clock.advance(OPTIONS.stuckMs);
        await tick();
      }
      const last = chain.mempool.get(0);
      expect(last?.maxFeePerGas).to.be.within(850n, OPTIONS.fees.maxFeePerGas);
      await mine(2);
      expect((await sender.submit("a", fill(1n))).kind).to.equal("confirmed");
    });

    it("takes the nonce back when the stuck call would revert by now", async () => {
      await sender.submit("a", fill(1n));
      const stuck = chain.mempool.get(0);
      chain.mempool.clear();
      chain.estimateGas = () => Promise.reject(new ChainError("REVERT", "OrdersNonceUsed"));
      clock.advance(OPTIONS.stuckMs);
      await tick();
      const cancel = chain.mempool.get(0);
      expect([cancel?.to, cancel?.data, cancel?.gasLimit]).to.deep.equal([
        chain.address,
        "0x",
        21_000n,
      ]);
      expect(cancel?.hash).not.to.equal(stuck?.hash);
      await mine(2);
      expect((await sender.submit("a", fill(1n))).kind).to.equal("cancelled");
      expect(chain.executed).to.deep.equal(["cancel"]);
    });

    it("says confirmed, not cancelled, when the call was mined before its cancellation", async () => {
      await sender.submit("a", fill(1n));
      const stuck = chain.mempool.get(0);
      const estimate = chain.estimateGas;
      chain.estimateGas = () => Promise.reject(new ChainError("REVERT", "OrdersNonceUsed"));
      clock.advance(OPTIONS.stuckMs);
      await tick();
      chain.estimateGas = estimate;
      if (stuck !== undefined) chain.mempool.set(0, stuck);
      await mine(2);
      expect((await sender.submit("a", fill(1n))).kind).to.equal("confirmed");
    });

    it("says lost when a foreign transaction used the nonce, once that is confirmed", async () => {
      await sender.submit("a", fill(1n));
      chain.useNonce();
      await mine();
      expect(await sender.submit("a", fill(1n))).to.deep.equal({ kind: "pending" });
      await mine();
      expect(await sender.submit("a", fill(1n))).to.deep.equal({ kind: "lost" });
      expect(await sender.submit("a2", fill(1n))).to.deep.equal({ kind: "pending" });
      expect([...chain.mempool.keys()]).to.deep.equal([1]);
    });

    it("broadcasts all that is under way at once when the chain dropped a block", async () => {
      await sender.submit("a", fill(1n));
      await mine();
      await sender.submit("b", fill(2n));
      chain.reorganise(1, true);
      chain.mempool.clear();
      chain.mine();
      await tick();
      expect([...chain.mempool.keys()]).to.deep.equal([0, 1]);
      await mine(2);
      expect((await sender.submit("a", fill(1n))).kind).to.equal("confirmed");
      expect(chain.executed).to.deep.equal(["fill", "fill"]);
    });

    it("takes up again what was final when the chain drops it, with the same bytes", async () => {
      await sender.submit("a", fill(1n));
      await mine(2);
      const [hash] = chain.broadcasts;
      expect((await sender.submit("a", fill(1n))).kind).to.equal("confirmed");
      sender = await open();
      chain.reorganise(2, true);
      chain.mine();
      await tick();
      expect(await sender.submit("a", fill(1n))).to.deep.equal({ kind: "pending" });
      await mine(2);
      expect((await sender.submit("a", fill(1n))).kind).to.equal("confirmed");
      expect(chain.executed).to.deep.equal(["fill"]);
      expect(new Set(chain.broadcasts)).to.deep.equal(new Set([hash]));
    });

    it("uses up a nonce below its own that a dropped foreign transaction left behind", async () => {
      chain.useNonce();
      chain.mine();
      await sender.submit("a", fill(1n));
      chain.reorganise(1, true);
      await mine(1);
      expect(chain.executed).to.deep.equal([]);
      await mine(2);
      expect(chain.executed).to.deep.equal(["cancel", "fill"]);
      expect((await sender.submit("a", fill(1n))).kind).to.equal("confirmed");
    });

    it("writes no key, password or raw bytes into the log", async () => {
      await sender.submit("a", fill(1n));
      await mine(2);
      const raw = JSON.parse(store.data.get("tx/a") ?? "{}").attempts[0].raw as string;
      expect(log.lines.length).to.be.greaterThan(1);
      for (const line of log.lines) expect(line).not.to.contain(raw);
    });
  });

  describe("keyOf", () => {
    it("knows the key of each attempt, also after a restart", async () => {
      await sender.submit("a", fill(1n));
      const first = chain.mempool.get(0)?.hash;
      clock.advance(OPTIONS.stuckMs);
      await tick();
      const second = chain.mempool.get(0)?.hash;
      expect(first).not.to.equal(second);
      sender = await open();
      for (const hash of [first, second]) {
        expect(await sender.keyOf(hash ?? "0x")).to.equal("a");
      }
      expect(await sender.keyOf("0x00")).to.equal(undefined);
      expect(await sender.status("a")).to.deep.equal({ kind: "pending" });
      expect(await sender.status("b")).to.equal(undefined);
    });
  });

  describe("forget", () => {
    it("removes ended transactions only", async () => {
      await sender.submit("x/1", fill(1n));
      await mine(2);
      await sender.submit("x/2", fill(2n));
      await sender.forget("x/");
      const keys = [...store.data.keys()].filter((key) => key.startsWith("tx/"));
      expect(keys).to.deep.equal(["tx/x/2"]);
      expect(store.data.size).to.equal(2);
    });
  });

  describe("fees", () => {
    const policy = { maxFeePerGas: 100n, minTip: 2n };

    it("covers a doubled base fee, at least the least tip, at most the highest fee", () => {
      const [baseFee, tip] = [20n, 1n];
      const fees = { maxFeePerGas: 42n, maxPriorityFeePerGas: 2n };
      expect(newFees({ baseFee, tip }, policy)).to.deep.equal(fees);
      expect(newFees({ baseFee: 60n, tip: 5n }, policy)?.maxFeePerGas).to.equal(100n);
      expect(newFees({ baseFee: 98n, tip }, policy)?.maxFeePerGas).to.equal(100n);
      expect(newFees({ baseFee: 99n, tip }, policy)).to.equal(undefined);
    });

    it("raises by at least an eighth, rounded up, or not at all", () => {
      const old = { maxFeePerGas: 80n, maxPriorityFeePerGas: 9n };
      const bumped = bumpedFees(old, { baseFee: 1n, tip: 1n }, policy);
      expect(bumped).to.deep.equal({ maxFeePerGas: 91n, maxPriorityFeePerGas: 11n });
      const high = { maxFeePerGas: 89n, maxPriorityFeePerGas: 9n };
      expect(bumpedFees(high, { baseFee: 1n, tip: 1n }, policy)).to.equal(undefined);
      expect(bumpedFees(old, { baseFee: 100n, tip: 1n }, policy)).to.equal(undefined);
    });
  });
});
