import { expect } from "chai";

import { TermsClass, ZERO_ADDRESS, asAddress } from "../../../sdk/src/index";
import { useMarket } from "../../shared/jobs";
import { modelIdOf, plainOf, registerTestGpu } from "../../shared/market";
import { byClient, itCoversReasons, itRefuses, quoteOf, refusalOf } from "./drafts";
import type { Market } from "../../shared/market";
import type { Changes, RefusedCase } from "./drafts";

const fast = (unitPrice: bigint, unitBond: bigint): Changes => ({
  ask: { unitPrice, unitBond, termsClass: TermsClass.Fast },
  bid: { units: 1n, maxUnitPrice: unitPrice, minUnitBond: 0n, termsClass: TermsClass.Fast },
});

const plain = (market: Market): Changes => ({ ask: plainOf(market), bid: plainOf(market) });

const CASES: readonly RefusedCase[] = [
  [
    "the orders name different models",
    ["OrderBookModelMismatch"],
    (market) => byClient(market, { bid: { modelId: modelIdOf(1n, 1n) } }),
  ],
  [
    "the orders name different tokens",
    ["OrderBookTokenMismatch"],
    (market) => byClient(market, { bid: { token: market.addresses.ledger } }),
  ],
  [
    "the orders name different verifiers",
    ["OrderBookVerifierMismatch"],
    (market) => byClient(market, { bid: { verifier: market.addresses.ledger } }),
  ],
  [
    "the orders name different classes",
    ["OrderBookClassMismatch"],
    (market) => byClient(market, { bid: { termsClass: TermsClass.High } }),
  ],
  [
    "the bid wants another provider",
    ["OrderBookProviderMismatch"],
    (market) => byClient(market, { bid: { provider: asAddress(market.stranger.address) } }),
  ],
  [
    "the bid names neither provider nor verifier",
    ["OrderBookProviderUnnamed"],
    (market) =>
      byClient(market, {
        ...plain(market),
        bid: { verifier: ZERO_ADDRESS, provider: ZERO_ADDRESS },
      }),
  ],
  [
    "the bid wants another GPU",
    ["OrderBookGpuMismatch"],
    (market) => byClient(market, { bid: { gpuId: market.gpuId + 1n } }),
  ],
  [
    "the bid wants a GPU and the ask names none",
    ["OrderBookGpuMismatch"],
    (market) => byClient(market, { ask: { gpuId: 0n }, bid: { gpuId: market.gpuId } }),
  ],
  [
    "somebody else operates the GPU",
    ["OrderBookNotOperator"],
    async (market) => {
      const gpuId = await registerTestGpu(market, market.stranger, "other");
      return byClient(market, { ask: { gpuId } });
    },
  ],
  [
    "nobody registered the GPU",
    ["OrderBookNotOperator"],
    (market) => byClient(market, { ask: { gpuId: 7n } }),
  ],
  [
    "the price is too high",
    ["OrderBookPriceTooHigh"],
    (market) => byClient(market, { bid: { maxUnitPrice: 9_999n } }),
  ],
  [
    "the bond is below what the bid wants",
    ["OrderBookUnitBondTooLow"],
    (market) => byClient(market, { bid: { minUnitBond: 25_001n } }),
  ],
  [
    "the turnaround is zero",
    ["OrderBookInvalidTurnaround"],
    (market) => byClient(market, { ask: { turnaround: 0n } }),
  ],
  [
    "the turnaround is too long",
    ["OrderBookInvalidTurnaround"],
    (market) => byClient(market, { ask: { turnaround: 3_601n } }),
  ],
  [
    "the cancel share is above the whole",
    ["OrderBookInvalidShare"],
    (market) => byClient(market, { ask: { cancelShareBps: 10_001n } }),
  ],
  [
    "the ask names no worker",
    ["OrderBookWorkerUnnamed"],
    (market) => byClient(market, { ask: { worker: ZERO_ADDRESS } }),
  ],
  [
    "the bid wants no units",
    ["OrderBookNoUnits", "OrderBookBondTooLow"],
    (market) => byClient(market, { bid: { units: 0n } }),
  ],
  [
    "the verifier is not listed",
    ["MarketTermsNotListed"],
    (market) => {
      const verifier = asAddress(market.stranger.address);
      return byClient(market, { ask: { verifier }, bid: { verifier } });
    },
  ],
  [
    "the bond is below the multiple of the price",
    ["OrderBookBondTooLow"],
    (market) =>
      byClient(market, {
        ask: { unitPrice: 10_000n, unitBond: 19_999n },
        bid: { minUnitBond: 0n },
      }),
  ],
  [
    "the bond is below the floor of the class",
    ["OrderBookBondTooLow"],
    (market) => byClient(market, fast(1n, 15n)),
  ],
  [
    "the bond is below the price, without a verifier",
    ["OrderBookBondTooLow"],
    (market) => {
      const { ask, bid } = plain(market);
      return byClient(market, {
        ask: { ...ask, unitBond: 9_999n },
        bid: { ...bid, minUnitBond: 0n },
      });
    },
  ],
  [
    "a slow checker needs more than the window",
    ["OrderBookClassTooShort"],
    (market) => {
      const modelId = modelIdOf(21_600n * 50_000_000n + 1n, 0n);
      return byClient(market, { ask: { modelId }, bid: { modelId } });
    },
  ],
  [
    "the price is above the highest of the fast class",
    ["OrderBookFastPriceTooHigh"],
    (market) => byClient(market, fast(8_000_001n, 20_000_000n)),
  ],
];

/*
quote, of orders that do not fit
├── it gives the reason with which the escrow refuses them
├── it covers every reason that the SDK can give
└── it gives many reasons in the order in which the escrow finds them
*/
describe("quote, of orders that do not fit", () => {
  const the = useMarket();

  itRefuses(the, CASES);
  itCoversReasons(["fit"], CASES);

  it("gives many reasons in the order in which the escrow finds them", async () => {
    const stranger = asAddress(the().stranger.address);
    const faults: readonly (readonly [string, Changes])[] = [
      ["OrderBookModelMismatch", { bid: { modelId: modelIdOf(1n, 1n) } }],
      ["OrderBookTokenMismatch", { bid: { token: the().addresses.ledger } }],
      ["OrderBookVerifierMismatch", { bid: { verifier: stranger } }],
      ["OrderBookClassMismatch", { bid: { termsClass: TermsClass.High } }],
      ["OrderBookProviderMismatch", { bid: { provider: stranger } }],
      ["OrderBookGpuMismatch", { bid: { gpuId: 9n } }],
      ["OrderBookNotOperator", { ask: { gpuId: 7n } }],
      ["OrderBookPriceTooHigh", { bid: { maxUnitPrice: 9_999n } }],
      ["OrderBookUnitBondTooLow", { bid: { minUnitBond: 2n ** 127n } }],
      ["OrderBookInvalidTurnaround", { ask: { turnaround: 0n } }],
      ["OrderBookInvalidShare", { ask: { cancelShareBps: 10_001n } }],
      ["OrderBookWorkerUnnamed", { ask: { worker: ZERO_ADDRESS } }],
      ["OrderBookBondTooLow", { ask: { unitBond: 19_999n } }],
      ["OrdersExpired", { ask: { expiry: 1n } }],
      ["OrdersUnitsExceeded", { ask: { maxUnits: 3n } }],
    ];
    for (let first = 0; first < faults.length; first++) {
      const left = faults.slice(first);
      const draft = byClient(the(), {
        ask: Object.assign({}, ...left.map(([, { ask }]) => ask)),
        bid: Object.assign({ minUnitBond: 0n }, ...left.map(([, { bid }]) => bid)),
      });
      const { problems } = await quoteOf(the(), draft);
      expect(problems.map(({ errorName }) => errorName)).to.deep.equal(left.map(([name]) => name));
      const refusal = await refusalOf(the(), draft);
      expect(refusal).to.deep.include({ errorName: left[0][0], args: problems[0].args });
    }
  });
});
