import { expect } from "chai";

import { DemandKind, openOutput } from "../../sdk/src/index";
import {
  PIECE,
  approveJob,
  at,
  bondOf,
  demandPiece,
  expectMoves,
  freezeJob,
  frozenUntil,
  jobNow,
  useMarket,
  windowEnd,
} from "../shared/jobs";
import { DEMAND_PRICES, fund } from "../shared/market";
import { OUTPUTS, openOutputs } from "../shared/outputs";
import type { JobRef } from "../shared/jobs";

const PRICE = DEMAND_PRICES.standard;
const ANSWER_TIME = 21_600n;
const SETTLED = { provider: 139_000n, treasury: 1_000n, escrow: -140_000n };

/*
Demanding outputs to hurt a provider
├── in the last second of the window, by a client and a challenger
│  ├── holds an honest provider up for as long as it takes to answer, and pays it twice
│  ├── holds a silent provider up for one answer time, and costs it the price
│  └── cannot go on: no demand opens after the window
├── again and again in the window: pays the provider each time
├── and approving at once: holds the bond for one answer time, and refunds no price
└── on a job that its verifier froze: adds nothing to the latest end

Demanding one's own output to keep challengers out
├── costs the provider its gas alone, as the payment comes back to it
└── leaves the client its own demand
*/
describe("demanding outputs to hurt a provider", () => {
  const the = useMarket();

  const settle = ({ id, job }: JobRef) => the().escrow.connect(the().provider).settle(id, job);

  async function show({ id, job }: JobRef, kind: bigint): Promise<JobRef> {
    const { escrow, worker } = the();
    const opening = openOutput(OUTPUTS, PIECE);
    await escrow.connect(worker).showOutput(id, job, kind, opening);
    return jobNow(the(), id);
  }

  async function lapse({ id, job }: JobRef, kind: bigint): Promise<JobRef> {
    await the().escrow.connect(the().stranger).lapseDemand(id, job, kind);
    return jobNow(the(), id);
  }

  async function expectClosed({ id, job }: JobRef): Promise<void> {
    const { escrow, client, stranger } = the();
    for (const demander of [client, stranger]) {
      await expect(escrow.connect(demander).demandOutput(id, job, PIECE))
        .to.be.revertedWithCustomError(escrow, "DemandsClosed")
        .withArgs(id);
    }
  }

  async function expectPending({ id, job }: JobRef, kind: bigint): Promise<void> {
    await expect(settle({ id, job }))
      .to.be.revertedWithCustomError(the().escrow, "DemandsPending")
      .withArgs(id, kind);
  }

  context("in the last second of the window, by a client and a challenger", () => {
    /** A delivered job with demands of both kinds, the second made in the window's last second. */
    async function demandedTwice(): Promise<JobRef> {
      const { client, stranger } = the();
      await fund(the(), stranger);
      const ref = await openOutputs(the());
      await at(windowEnd(ref) - 1n);
      const first = await demandPiece(the(), ref, client);
      await at(windowEnd(ref));
      return demandPiece(the(), first, stranger);
    }

    it("holds an honest provider up for as long as it takes to answer, and pays it twice", async () => {
      const ref = await demandedTwice();
      await expectPending(ref, DemandKind.Challenger);
      const answer = async () => {
        const first = await show(ref, DemandKind.Challenger);
        await expectPending(first, DemandKind.Client);
        await settle(await show(first, DemandKind.Client));
      };
      await expectMoves(the(), answer, {
        ...SETTLED,
        provider: SETTLED.provider + 2n * PRICE,
        escrow: SETTLED.escrow - 2n * PRICE,
      });
    });

    it("holds a silent provider up for one answer time, and costs it the price", async () => {
      const ref = await demandedTwice();
      await at(windowEnd(ref) + ANSWER_TIME + 1n);
      const end = async () => {
        const first = await lapse(ref, DemandKind.Client);
        await settle(await lapse(first, DemandKind.Challenger));
      };
      await expectMoves(the(), end, {
        client: 40_000n + PRICE,
        stranger: PRICE,
        provider: bondOf(ref),
        escrow: -140_000n - 2n * PRICE,
      });
    });

    it("cannot go on: no demand opens after the window", async () => {
      let ref = await demandedTwice();
      for (const kind of [DemandKind.Client, DemandKind.Challenger]) ref = await show(ref, kind);
      await expectClosed(ref);
      await expectMoves(the(), () => settle(ref), SETTLED);
    });
  });

  context("again and again in the window", () => {
    it("pays the provider each time", async () => {
      let ref = await openOutputs(the());
      const rounds = 5n;
      const attack = async () => {
        for (let round = 0n; round < rounds; round++) {
          // the class lets a kind of demand be made once an hour
          await at(ref.job.deliveredAt + 10n + round * 3_600n);
          ref = await show(await demandPiece(the(), ref), DemandKind.Client);
        }
      };
      await expectMoves(the(), attack, { client: -rounds * PRICE, provider: rounds * PRICE });
      await at(windowEnd(ref) + 1n);
      await expectMoves(the(), () => settle(ref), SETTLED);
    });
  });

  context("and approving at once", () => {
    it("holds the bond for one answer time, and refunds no price", async () => {
      const ref = await openOutputs(the());
      await at(windowEnd(ref));
      const demanded = await demandPiece(the(), ref);
      const approved = await approveJob(the(), demanded);
      await expectClosed(approved);
      await at(windowEnd(ref) + ANSWER_TIME + 1n);
      await expectPending(approved, DemandKind.Client);
      const end = async () => settle(await lapse(approved, DemandKind.Client));
      await expectMoves(the(), end, {
        client: PRICE,
        provider: bondOf(ref),
        escrow: -bondOf(ref) - PRICE,
      });
    });
  });

  context("on a job that its verifier froze", () => {
    it("adds nothing to the latest end", async () => {
      const ref = await openOutputs(the());
      await at(windowEnd(ref) - 1n);
      const demanded = await demandPiece(the(), ref);
      await at(windowEnd(ref));
      const frozen = await freezeJob(the(), demanded);
      const lapsed = windowEnd(ref) + ANSWER_TIME + 10n;
      await at(lapsed);
      const refunded = await lapse(frozen, DemandKind.Client);
      expect(lapsed).to.be.lessThan(frozenUntil(ref));
      await at(frozenUntil(ref) + 1n);
      const moves = { provider: bondOf(ref), escrow: -bondOf(ref) };
      await expectMoves(the(), () => settle(refunded), moves);
    });
  });
});

describe("demanding one's own output to keep challengers out", () => {
  const the = useMarket();

  it("costs the provider its gas alone, as the payment comes back to it", async () => {
    const { escrow, provider, worker, stranger } = the();
    await fund(the(), stranger);
    const ref = await openOutputs(the());
    const opening = openOutput(OUTPUTS, PIECE);
    const show = async (kind: bigint) => {
      const { id, job } = await jobNow(the(), ref.id);
      await escrow.connect(worker).showOutput(id, job, kind, opening);
    };
    const attack = async () => {
      const held = await demandPiece(the(), ref, provider);
      await expect(escrow.connect(stranger).demandOutput(held.id, held.job, PIECE))
        .to.be.revertedWithCustomError(escrow, "DemandsPending")
        .withArgs(held.id, DemandKind.Challenger);
      await at(windowEnd(ref));
      await show(DemandKind.Challenger);
    };
    await expectMoves(the(), attack, {});
  });

  it("leaves the client its own demand", async () => {
    const { escrow, provider, stranger } = the();
    const held = await demandPiece(the(), await openOutputs(the()), provider);
    const both = await demandPiece(the(), held);
    await at(windowEnd(both) + ANSWER_TIME + 1n);
    const lapse = () => escrow.connect(stranger).lapseDemand(both.id, both.job, DemandKind.Client);
    const moves = { client: 40_000n + PRICE, escrow: -40_000n - PRICE };
    await expectMoves(the(), lapse, moves);
  });
});
