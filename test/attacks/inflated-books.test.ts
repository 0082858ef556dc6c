import { expect } from "chai";

import { asAddress } from "../../sdk/src/index";
import {
  OUTPUT_ROOT,
  at,
  expectMoves,
  jobNow,
  openedBy,
  shareUp,
  useMarket,
  windowEnd,
} from "../shared/jobs";
import { FEE_BPS, MODEL_ID, askOf, bidOf, fund, modelIdOf, signAsk } from "../shared/market";
import type { Bid } from "../../sdk/src/index";

const MOST_KILO_MACS = 2n ** 64n - 1n;

/** As much work as 64 units can have in a window of six hours; no program stands behind it. */
const HUGE_ID = modelIdOf((21_600n * 200_000_000n) / 64n, 0n);

/*
Inflating a book
├── by being one's own client
│  ├── costs the fee of each job, and raises no entry but one's own
│  └── fills the entry's work by one job of a model that nobody registered, for the fee alone
└── until it is full: later jobs are paid to the unit as ever
*/
describe("inflating a book", () => {
  const the = useMarket();

  /** The stranger sells to itself, and settles. */
  async function sellToOneself(changes: Pick<Bid, "modelId" | "units" | "maxUnitPrice">) {
    const { escrow, stranger } = the();
    const self = asAddress(stranger.address);
    const { modelId, units, maxUnitPrice: unitPrice } = changes;
    const ask = askOf(the(), {
      ...{ provider: self, worker: self, gpuId: 0n, modelId },
      ...{ unitPrice, unitBond: 2n * unitPrice, maxUnits: units },
    });
    const bid = bidOf(the(), { ...changes, client: self, minUnitBond: 0n });
    const call = escrow.connect(stranger).fulfil(ask, "0x", bid, "0x", OUTPUT_ROOT, "0x");
    const delivered = await openedBy(the(), await call);
    await at(windowEnd(delivered) + 1n);
    await escrow.settle(delivered.id, delivered.job);
  }

  const bookOf = async (provider: { address: string }, gpuId = 0n) => {
    const { jobs, kiloMacs, paid, lost } = await the().escrow.book(
      provider.address,
      gpuId,
      the().tokenAddress,
    );
    return { jobs, kiloMacs, paid, lost };
  };

  beforeEach(() => fund(the(), the().stranger));

  context("by being one's own client", () => {
    it("costs the fee of each job, and raises no entry but one's own", async () => {
      const { stranger, provider, gpuId } = the();
      const [units, maxUnitPrice, rounds] = [3n, 3_333n, 4n];
      const fee = rounds * shareUp(units * maxUnitPrice, FEE_BPS);
      const attack = async () => {
        for (let round = 0n; round < rounds; round++) {
          await sellToOneself({ modelId: MODEL_ID, units, maxUnitPrice });
        }
      };
      await expectMoves(the(), attack, { stranger: -fee, treasury: fee });
      expect(await bookOf(stranger)).to.deep.equal({
        jobs: rounds,
        kiloMacs: rounds * units * 1_000n,
        paid: rounds * units * maxUnitPrice,
        lost: 0n,
      });
      const none = { jobs: 0n, kiloMacs: 0n, paid: 0n, lost: 0n };
      expect(await bookOf(provider)).to.deep.equal(none);
      expect(await bookOf(provider, gpuId)).to.deep.equal(none);
    });

    it("fills the entry's work by one job of a model that nobody registered, for the fee alone", async () => {
      const { stranger } = the();
      const units = 10n ** 12n;
      const fee = shareUp(units, FEE_BPS);
      const attack = () => sellToOneself({ modelId: HUGE_ID, units, maxUnitPrice: 1n });
      await expectMoves(the(), attack, { stranger: -fee, treasury: fee });
      const { jobs, kiloMacs, paid } = await bookOf(stranger);
      expect([jobs, kiloMacs, paid]).to.deep.equal([1n, MOST_KILO_MACS, units]);
    });
  });

  context("until it is full", () => {
    it("later jobs are paid to the unit as ever", async () => {
      const { escrow, client, stranger } = the();
      await sellToOneself({ modelId: HUGE_ID, units: 10n ** 12n, maxUnitPrice: 1n });
      const self = asAddress(stranger.address);
      const terms = { provider: self, worker: self, gpuId: 0n, modelId: HUGE_ID };
      const ask = askOf(the(), { ...terms, nonce: 1n });
      const signature = await signAsk(the(), ask, stranger);
      const bid = bidOf(the(), { modelId: HUGE_ID });
      const opened = await escrow.connect(client).fill(ask, signature, bid, "0x");
      const { id, job } = await openedBy(the(), opened);
      await escrow.connect(stranger).deliver(id, job, OUTPUT_ROOT, 4n, "0x");
      const delivered = await jobNow(the(), id);
      await at(windowEnd(delivered) + 1n);
      await expectMoves(the(), () => escrow.settle(id, delivered.job), {
        stranger: 139_000n,
        treasury: 1_000n,
        escrow: -140_000n,
      });
      expect((await bookOf(stranger)).kiloMacs).to.equal(MOST_KILO_MACS);
    });
  });
});
