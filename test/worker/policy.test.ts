import { expect } from "chai";
import { evaluateBid } from "../../worker/src/bids/policy";
import type { BidContext } from "../../worker/src/bids/policy";
import { ZERO_ADDRESS } from "../../sdk/src/index";
import { MODEL, PROVIDER, TOKEN, WORKER, aBid } from "./support/fixtures";

/** Units of the token per PMAC at which a run of the model, of a million MACs, costs 99.5 units. */
const PRICE = 99_500_000_000n;
const CONTEXT: BidContext = {
  ...{ now: 1000, provider: PROVIDER, worker: WORKER, gpuId: 0n, cancelShareBps: 10_000n },
  models: new Map([
    [MODEL, { prices: new Map([[TOKEN, PRICE]]), maxUnits: 8n, chainable: false, unitSeconds: 1 }],
  ]),
  ...{ verifiers: [ZERO_ADDRESS], openJobs: 0, maxOpenJobs: 1, backlogSeconds: 0 },
  ...{ turnaroundFactor: 2, minSecondsToExpiry: 60, bondable: 10_000n, leastBond: 0n },
};

/*
evaluateBid
├── it takes a bid at the least price of a run, rounded up
└── given a lower price
   └── it throws PRICE, which tells the least of a run and of a PMAC
*/
describe("evaluateBid", () => {
  it("takes a bid at the least price of a run, rounded up", () => {
    expect(evaluateBid(aBid({ maxUnitPrice: 100n }), CONTEXT).unitPrice).to.equal(100n);
  });

  context("given a lower price", () => {
    it("throws PRICE, which tells the least of a run and of a PMAC", () => {
      expect(() => evaluateBid(aBid({ maxUnitPrice: 99n }), CONTEXT))
        .to.throw(/pays 99 [^]* a run; the least is 100, 99500000000 per PMAC/)
        .with.property("code", "PRICE");
    });
  });
});
