import { getStorageAt, setStorageAt } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { AbiCoder, MaxUint256, keccak256 } from "ethers";

import { DemandKind } from "../../../sdk/src/index";
import {
  approveJob,
  at,
  demandPiece,
  freezeJob,
  jobNow,
  openDelivered,
  openFrozen,
  openJob,
  useMarket,
  windowEnd,
} from "../../shared/jobs";
import type { JobRef, OpenOptions } from "../../shared/jobs";
import { modelIdOf, plainOf } from "../../shared/market";

/** Bits of jobs, kiloMacs, paid and lost, from the lowest. */
const WIDTHS = [24n, 64n, 88n, 80n];
const LIMITS = WIDTHS.map((width) => (1n << width) - 1n);

/*
JobEscrow.book
├── it counts a settled job with its work and price, also one that was approved
├── it counts a job whose price was refunded without work and price
├── it counts a slashed job with the bond it lost
├── it counts what was delivered of a job, of units that were left out nothing
├── it rounds the work of each job down to thousands of MACs
├── it keeps one entry for each provider, GPU and token
├── it does not count jobs that were broken off
├── it does not count jobs without a verifier
└── when an entry is full
   ├── it stays at the largest jobs, work, price and loss
   └── it lets jobs settle and be slashed as ever
*/
describe("JobEscrow", () => {
  describe("book", () => {
    const the = useMarket();
    const entry = async (gpuId = the().gpuId, token = the().tokenAddress) => [
      ...(await the().escrow.book(the().provider, gpuId, token)),
    ];
    const settle = async (ref: JobRef) => {
      await at(windowEnd(ref) + 1n);
      await the().escrow.settle(ref.id, ref.job);
    };
    const settled = async (options: OpenOptions = {}) =>
      settle(await openDelivered(the(), options));
    const slashed = async (options: OpenOptions = {}) => {
      const { id, job } = await openFrozen(the(), options);
      await the().escrow.connect(the().verifier).slash(id, job, 0n);
    };

    it("counts a settled job with its work and price, also one that was approved", async () => {
      await settled();
      expect(await entry()).to.deep.equal([1n, 4_000n, 40_000n, 0n]);
      const approved = await approveJob(the(), await openDelivered(the()));
      expect(await entry()).to.deep.equal([1n, 4_000n, 40_000n, 0n]);
      await settle(approved);
      expect(await entry()).to.deep.equal([2n, 8_000n, 80_000n, 0n]);
    });

    it("counts a job whose price was refunded without work and price", async () => {
      const ref = await demandPiece(the(), await openDelivered(the()));
      await at(windowEnd(ref) + 21_601n);
      await the().escrow.lapseDemand(ref.id, ref.job, DemandKind.Client);
      await the().escrow.settle(ref.id, (await jobNow(the(), ref.id)).job);
      expect(await entry()).to.deep.equal([1n, 0n, 0n, 0n]);
    });

    it("counts a slashed job with the bond it lost", async () => {
      await slashed();
      expect(await entry()).to.deep.equal([1n, 0n, 0n, 100_000n]);
      const approved = await approveJob(the(), await openDelivered(the()));
      const { id, job } = await freezeJob(the(), approved);
      await the().escrow.connect(the().verifier).slash(id, job, 10_000n);
      expect(await entry()).to.deep.equal([2n, 0n, 0n, 200_000n]);
    });

    it("counts what was delivered of a job, of units that were left out nothing", async () => {
      const { escrow, worker } = the();
      const { id, job } = await openJob(the());
      await escrow.connect(worker).deliver(id, job, job.inputRoot, 3n, "0x");
      await settle(await jobNow(the(), id));
      expect(await entry()).to.deep.equal([1n, 3_000n, 30_000n, 0n]);
    });

    it("rounds the work of each job down to thousands of MACs", async () => {
      const modelId = modelIdOf(999n, 1n);
      for (const units of [1n, 3n]) await settled({ ask: { modelId }, bid: { modelId, units } });
      // 999 and 2,997 MACs.
      expect(await entry()).to.deep.equal([2n, 2n, 40_000n, 0n]);
    });

    it("keeps one entry for each provider, GPU and token", async () => {
      const { escrow, provider, client, token, ledger, gpuId } = the();
      await settled({ ask: { gpuId: 0n } });
      expect(await entry(0n)).to.deep.equal([1n, 4_000n, 40_000n, 0n]);
      expect(await entry()).to.deep.equal([0n, 0n, 0n, 0n]);
      expect(await escrow.book(client, 0n, token)).to.deep.equal([0n, 0n, 0n, 0n]);
      expect(await escrow.book(provider, gpuId, ledger)).to.deep.equal([0n, 0n, 0n, 0n]);
    });

    it("does not count jobs that were broken off", async () => {
      const { escrow, client, worker } = the();
      const [cancelled, handed, expired] = [
        await openJob(the()),
        await openJob(the()),
        await openJob(the()),
      ];
      await escrow.connect(client).cancel(cancelled.id, cancelled.job);
      await escrow.connect(worker).handBack(handed.id, handed.job);
      await at(expired.job.openedAt + 3_601n);
      await escrow.expire(expired.id, expired.job);
      expect(await entry()).to.deep.equal([0n, 0n, 0n, 0n]);
    });

    it("does not count jobs without a verifier", async () => {
      const { escrow, worker } = the();
      const { id, job } = await openJob(the(), { ask: plainOf(the()), bid: plainOf(the()) });
      await escrow.connect(worker).deliver(id, job, job.inputRoot, 4n, "0x");
      expect(await entry()).to.deep.equal([0n, 0n, 0n, 0n]);
    });

    context("when an entry is full", () => {
      /** Puts `values` where the entry of provider, GPU and token is stored. */
      async function store(values: bigint[]): Promise<void> {
        const { provider, gpuId, tokenAddress, addresses } = the();
        let word = 0n;
        let shift = 0n;
        for (const [i, width] of WIDTHS.entries()) {
          word |= values[i] << shift;
          shift += width;
        }
        const known = await entry();
        for (let slot = 0n; slot < 20n; slot++) {
          const byProvider = hashOf("address", provider.address, slot);
          const byGpu = hashOf("uint256", gpuId, byProvider);
          const place = hashOf("address", tokenAddress, byGpu);
          const before = BigInt(await getStorageAt(addresses.jobEscrow, place));
          if (before === 0n) continue;
          await setStorageAt(addresses.jobEscrow, place, word);
          expect(await entry()).to.deep.equal(values);
          return;
        }
        throw new Error(`no slot holds ${known.join()}`);
      }

      const hashOf = (type: string, key: unknown, slot: bigint) =>
        BigInt(keccak256(AbiCoder.defaultAbiCoder().encode([type, "uint256"], [key, slot])));

      it("stays at the largest jobs, work, price and loss", async () => {
        await settled();
        await store(LIMITS.map((limit) => limit - 1n));
        await settled();
        expect(await entry()).to.deep.equal([...LIMITS.slice(0, 3), LIMITS[3] - 1n]);
        await slashed();
        expect(await entry()).to.deep.equal(LIMITS);
        await settled();
        await slashed();
        expect(await entry()).to.deep.equal(LIMITS);
      });

      it("lets jobs settle and be slashed as ever", async () => {
        const { token, ledger, client, provider, tokenAddress } = the();
        const most = 2n ** 128n - 1n;
        const units = 2n ** 64n - 1n;
        for (const maker of [client, provider]) {
          await token.mint(maker, most * units * 3n);
          await token.connect(maker).approve(ledger, MaxUint256);
          await ledger.connect(maker).deposit(token, most * units * 3n, maker);
        }
        // The work of a fill of 64 units takes a whole window to check.
        const modelId = modelIdOf(21_600n * 3_125_000n, 0n);
        const huge = {
          ask: { modelId, unitPrice: most / 2n, unitBond: most, maxUnits: units },
          bid: { modelId, maxUnitPrice: most, units },
        };
        await settled(huge);
        expect(await entry()).to.deep.equal([1n, LIMITS[1], LIMITS[2], 0n]);
        await slashed(huge);
        expect(await entry()).to.deep.equal([2n, LIMITS[1], LIMITS[2], LIMITS[3]]);
        expect(await ledger.totalSupply(BigInt(tokenAddress))).to.equal(
          await token.balanceOf(ledger),
        );
      });
    });
  });
});
