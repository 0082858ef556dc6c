import { takeSnapshot } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { parseEther } from "ethers";
import type { BaseContract } from "ethers";

import { DemandKind, asAddress, openOutput } from "../../sdk/src/index";
import type { MockERC20 } from "../../typechain-types";
import { expectSolvent, readEscrow } from "../shared/escrowState";
import {
  PIECE,
  approveJob,
  at,
  deliverJob,
  demandPiece,
  expectMoves,
  freezeJob,
  jobNow,
  openJob,
  useMarket,
  windowEnd,
} from "../shared/jobs";
import { DEMAND_PRICES, VERIFIER_TERMS, fund } from "../shared/market";
import { OUTPUTS, OUTPUTS_ROOT } from "../shared/outputs";
import type { JobRef, Party } from "../shared/jobs";
import type { Market } from "../shared/market";

/** The ids of a job that is paid, one that is slashed and one that is cancelled. */
const [PAID, SLASHED, CANCELLED] = [1n, 2n, 3n];

/** What the client withdraws when the token calls back. */
const WITHDRAWN = 7n;

type Step = (market: Market) => Promise<unknown>;

const openOne: Step = (market) => {
  const { tokenAddress: token } = market;
  return openJob(market, { ask: { token }, bid: { token } });
};

const step =
  (id: bigint, act: (market: Market, ref: JobRef) => Promise<unknown>): Step =>
  async (market) =>
    act(market, await jobNow(market, id));

/** The whole lives of three jobs, in which each kind of payment is made. */
const LIVES: readonly Step[] = [
  openOne,
  openOne,
  openOne,
  step(PAID, (market, ref) => deliverJob(market, ref, { root: OUTPUTS_ROOT })),
  step(PAID, (market, ref) => demandPiece(market, ref)),
  step(PAID, ({ escrow, worker }, { id, job }) =>
    escrow.connect(worker).showOutput(id, job, DemandKind.Client, openOutput(OUTPUTS, PIECE)),
  ),
  step(PAID, (market, ref) => approveJob(market, ref)),
  step(CANCELLED, ({ escrow, client }, { id, job }) => escrow.connect(client).cancel(id, job)),
  step(SLASHED, (market, ref) => deliverJob(market, ref)),
  step(SLASHED, (market, ref) => freezeJob(market, ref)),
  step(SLASHED, ({ escrow, verifier }, { id, job }) =>
    escrow.connect(verifier).slash(id, job, 10_000n),
  ),
  step(PAID, async ({ escrow }, ref) => {
    await at(windowEnd(ref) + 1n);
    await escrow.settle(ref.id, ref.job);
  }),
  async ({ escrow }) => {
    await at((await escrow.heldBond(SLASHED)).releasableAt);
    await escrow.releaseHeldBond(SLASHED);
  },
];

/** What they move: two prices of 40,000 with fees of 1,000, a demand of 1,000, and a bond of 100,000. */
const MOVES = { client: -81_000n, provider: -21_000n, verifier: 10_000n, treasury: 92_000n };

/*
A payment token that turns on those who hold it, at any moment in the life of a job
├── moves the same claims between the same parties as an honest one
│  ├── given it takes nearly all of every transfer, or returns nothing
│  ├── given it refuses transfers, or pretends to make them
│  ├── given all its balances vanish or double
│  ├── given it pauses, or blocks every party, the Ledger and the escrow
│  └── given it calls back as if it were a party
└── harms the claims on no other token
*/
describe("a payment token that turns on those who hold it, at any moment in the life of a job", () => {
  const the = useMarket();

  /** The market in another token, in which client and provider have claims. */
  async function marketIn(token: BaseContract): Promise<Market> {
    const { book, verifier, client, provider } = the();
    const tokenAddress = asAddress(await token.getAddress());
    await book.setVerifierTerms(token, verifier, VERIFIER_TERMS);
    await book.setDemandPrices(token, DEMAND_PRICES);
    const market = { ...the(), token: token as unknown as MockERC20, tokenAddress };
    await fund(market, client);
    await fund(market, provider);
    return market;
  }

  /** Runs the lives, once for each moment at which the token turns, if it does. */
  async function expectMovesIn(
    token: BaseContract,
    turn?: Step,
    moves: Partial<Record<Party, bigint>> = MOVES,
  ): Promise<void> {
    const market = await marketIn(token);
    const moments = turn === undefined ? 1 : LIVES.length;
    for (let moment = 0; moment < moments; moment++) {
      const start = await takeSnapshot();
      const lives = async () => {
        for (const [i, live] of LIVES.entries()) {
          if (i === moment) await turn?.(market);
          await live(market);
        }
      };
      await expectMoves(market, lives, moves);
      await expectSolvent(market);
      await start.restore();
    }
  }

  /** Every call that a party of a live job could make, made by the token while it moves. */
  async function callsOfParties({ escrow }: Market): Promise<string> {
    const { live } = await readEscrow(the());
    const calls: string[] = [];
    for (const id of live.keys()) {
      const { job } = await jobNow(the(), id);
      calls.push(
        escrow.interface.encodeFunctionData("cancel", [id, job]),
        escrow.interface.encodeFunctionData("handBack", [id, job]),
        escrow.interface.encodeFunctionData("approve", [id, job, "0x"]),
        escrow.interface.encodeFunctionData("deliver", [id, job, OUTPUTS_ROOT, 4n, "0x"]),
        escrow.interface.encodeFunctionData("freeze", [id, job]),
        escrow.interface.encodeFunctionData("slash", [id, job, 0n]),
      );
    }
    return escrow.interface.encodeFunctionData("batch", [calls]);
  }

  context("moves the same claims between the same parties as an honest one", () => {
    it("given it takes nearly all of every transfer, or returns nothing", async () => {
      await expectMovesIn(await ethers.deployContract("FeeToken", [9_000n]));
      await expectMovesIn(await ethers.deployContract("NoReturnToken"));
    });

    it("given it refuses transfers, or pretends to make them", async () => {
      for (const mode of [1n, 2n]) {
        const token = await ethers.deployContract("FalseToken");
        await expectMovesIn(token, () => token.setMode(mode));
      }
    });

    it("given all its balances vanish or double", async () => {
      for (const factor of ["0", "2"]) {
        const token = await ethers.deployContract("RebasingToken");
        await expectMovesIn(token, () => token.rebase(parseEther(factor)));
      }
    });

    it("given it pauses, or blocks every party, the Ledger and the escrow", async () => {
      const pausing = await ethers.deployContract("PausingToken");
      await expectMovesIn(pausing, () => pausing.pause());
      const blocking = await ethers.deployContract("BlocklistToken");
      await expectMovesIn(blocking, async (market) => {
        const { client, provider, worker, verifier, treasury, ledger, escrow } = market;
        for (const account of [client, provider, worker, verifier, treasury, ledger, escrow]) {
          await blocking.setBlocked(account, true);
        }
      });
    });

    it("given it calls back as if it were a party", async () => {
      const token = await ethers.deployContract("HookToken");
      const turn: Step = async (market) => {
        const { ledger, escrow, client } = market;
        await token.setHook(escrow, true, await callsOfParties(market));
        const withdrawal = ledger.connect(client).withdraw(token, WITHDRAWN, client);
        await expect(withdrawal).to.emit(token, "HookCalled").withArgs(true, ethers.toBeHex(0, 32));
      };
      await expectMovesIn(token, turn, { ...MOVES, client: MOVES.client - WITHDRAWN });
    });
  });

  context("harms the claims on no other token", () => {
    it("given both are settled together", async () => {
      const { ledger, escrow, provider, token, tokenAddress } = the();
      const vanishing = await ethers.deployContract("RebasingToken");
      const market = await marketIn(vanishing);
      const refs: JobRef[] = [];
      for (const { tokenAddress: coin } of [market, the()]) {
        const orders = { ask: { token: coin }, bid: { token: coin } };
        refs.push(await deliverJob(the(), await openJob(the(), orders)));
      }
      await vanishing.rebase(0n);
      await at(windowEnd(refs[1]) + 1n);
      const moves = { provider: 139_000n, treasury: 1_000n, escrow: -140_000n };
      await expectMoves(the(), () => escrow.settleBatch(refs), moves);
      const claims = await ledger.balanceOf(provider, tokenAddress);
      await ledger.connect(provider).withdraw(token, claims, provider);
      expect(await token.balanceOf(provider)).to.equal(claims);
    });
  });
});
