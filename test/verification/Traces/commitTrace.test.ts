import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { ZeroHash, id as hashOf } from "ethers";
import type { ContractTransactionResponse } from "ethers";

import { asHex, atOutputRoot, traceHash } from "../../../sdk/src/index";
import { MerkleTree, ceilLog2, listProof } from "../../../tensor/src/index";
import { jobNow, mutationsOf, openDelivered, openJob, windowEnd, at } from "../../shared/jobs";
import { tracesFixture } from "./fixture";
import type { JobRef } from "../../shared/jobs";
import type { ITraces } from "../../../typechain-types/contracts/verification/OptimisticVerifier";

const UNIT = 3;
const OTHER = asHex(hashOf("other"));

/*
Traces.commitTrace
├── given the job is not this verifier's, not delivered, or not as the escrow has it
│  └── it reverts with TracesForeignJob
├── when the job's worker calls
│  ├── it stores the trace's hash and emits TraceCommitted
│  ├── it takes no notice of the signature
│  └── it takes one trace of each unit
├── when somebody else calls
│  ├── it takes the worker's signature
│  ├── it takes the signature of a worker that is a contract
│  └── it reverts with TracesUnauthorized given anything else was signed, or by anyone else
├── given the worker was replaced
│  ├── it reverts with TracesUnauthorized for the former one, with its call or its signature
│  └── it takes the call and the signature of the new one
├── given the unit has a trace (OV-3)
│  └── it reverts with TracesCommitted, for the same trace and for another
├── given another program or number of nodes (OV-3)
│  └── it reverts with TracesWrongProgram
├── given an output that is not the unit's
│  ├── it reverts with TracesWrongUnit
│  └── it reverts with ListTreeIndexOutOfBounds for a unit that was not delivered
├── given a trace that does not end in the output (OV-3)
│  └── it reverts with TracesWrongOutput
└── given a proof of another length
   └── it reverts with ListTreeProofLength

Traces.traceHash
└── it is zero for a unit without a trace

Traces.traceDigest
└── it is that of EIP-712
*/
describe("Traces", () => {
  let the: Awaited<ReturnType<typeof tracesFixture>>;
  beforeEach(async () => {
    the = await loadFixture(tracesFixture);
  });

  function commit(
    claim: ITraces.TraceClaimStruct,
    { ref: { id, job } = the.ref, signature = "0x", caller = the.worker } = {},
  ): Promise<ContractTransactionResponse> {
    return the.optimisticVerifier.connect(caller).commitTrace(id, job, claim, signature);
  }

  async function expectUnauthorized(
    call: () => Promise<ContractTransactionResponse>,
    { id, job }: JobRef,
    { unit, root }: ITraces.TraceClaimStruct,
  ): Promise<void> {
    const { optimisticVerifier } = the;
    const digest = await optimisticVerifier.traceDigest(id, unit, root, job.worker);
    await expect(call())
      .to.be.revertedWithCustomError(optimisticVerifier, "TracesUnauthorized")
      .withArgs(id, job.worker, digest);
  }

  /** The worker's signature of a claim, with changes. */
  function signed(
    claim: ITraces.TraceClaimStruct,
    changes: Partial<Parameters<typeof the.sign>[0]> = {},
  ) {
    const { worker, ref, sign } = the;
    const { unit, root } = claim;
    return sign({
      signer: worker,
      job: ref.id,
      unit: BigInt(unit),
      root: String(root),
      worker: worker.address,
      ...changes,
    });
  }

  describe("commitTrace", () => {
    context(
      "given the job is not this verifier's, not delivered, or not as the escrow has it",
      () => {
        async function expectForeign(ref: JobRef): Promise<void> {
          await expect(commit(the.claimOf(UNIT), { ref }))
            .to.be.revertedWithCustomError(the.optimisticVerifier, "TracesForeignJob")
            .withArgs(ref.id);
        }

        it("reverts with TracesForeignJob", async () => {
          const { ref, addresses, escrow, deliver } = the;
          await expectForeign(await openDelivered(the));
          const own = { verifier: addresses.optimisticVerifier };
          await expectForeign(await openJob(the, { ask: own, bid: own }));
          for (const [, job] of mutationsOf(ref.job)) await expectForeign({ ...ref, job });
          await expectForeign({ ...ref, id: ref.id + 1n });
          const settled = await deliver();
          await at(windowEnd(settled) + 1n);
          await escrow.settle(settled.id, settled.job);
          await expectForeign(settled);
        });

        it("reverts with TracesForeignJob for the state before a challenge, and takes the one after it", async () => {
          const { ref, challenger, optimisticVerifier } = the;
          const { siblings, ...root } = atOutputRoot(ref.job);
          const descent = { ...root, siblings: [...siblings] };
          await optimisticVerifier
            .connect(challenger)
            .challenge(ref.id, ref.job, descent, ethers.MaxUint256);
          await expectForeign(ref);
          await commit(the.claimOf(UNIT), { ref: await jobNow(the, ref.id) });
        });
      },
    );

    context("when the job's worker calls", () => {
      it("stores the trace's hash and emits TraceCommitted", async () => {
        const { ref, optimisticVerifier, traces, model } = the;
        const claim = the.claimOf(UNIT);
        const call = await commit(claim);
        const [root, nodes] = [traces[UNIT].tree.root, BigInt(model.program.nodes.length)];
        const committedAt = BigInt(await time.latest());
        const programRoot = asHex(String(claim.programRoot));
        await expect(call)
          .to.emit(optimisticVerifier, "TraceCommitted")
          .withArgs(ref.id, UNIT, root, programRoot, nodes, committedAt);
        expect(await optimisticVerifier.traceHash(ref.id, UNIT)).to.equal(
          traceHash({ root, programRoot, nodes, committedAt }),
        );
      });

      it("takes no notice of the signature", async () => {
        await commit(the.claimOf(UNIT), { signature: "0x1234" });
      });

      it("takes one trace of each unit", async () => {
        const { ref, optimisticVerifier, outputIds } = the;
        for (const unit of outputIds.keys()) {
          expect(await optimisticVerifier.traceHash(ref.id, unit)).to.equal(ZeroHash);
          await commit(the.claimOf(unit));
        }
        const hashes = outputIds.map((_, unit) => optimisticVerifier.traceHash(ref.id, unit));
        expect(new Set(await Promise.all(hashes))).to.have.length(outputIds.length);
      });
    });

    context("when somebody else calls", () => {
      it("takes the worker's signature", async () => {
        const claim = the.claimOf(UNIT);
        await commit(claim, { signature: await signed(claim), caller: the.stranger });
        expect(await the.optimisticVerifier.traceHash(the.ref.id, UNIT)).to.not.equal(ZeroHash);
      });

      it("takes the signature of a worker that is a contract", async () => {
        const { ref, escrow, provider, stranger, client } = the;
        const contract = await ethers.deployContract("OwnedMaker", [client, 0n]);
        await escrow.connect(provider).replaceWorker(ref.id, ref.job, contract);
        const now = await jobNow(the, ref.id);
        const claim = the.claimOf(UNIT);
        const worker = now.job.worker;
        for (const signer of [stranger, provider]) {
          const signature = await signed(claim, { signer, worker });
          await expectUnauthorized(
            () => commit(claim, { ref: now, signature, caller: stranger }),
            now,
            claim,
          );
        }
        const signature = await signed(claim, { signer: client, worker });
        await commit(claim, { ref: now, signature, caller: stranger });
      });

      it("reverts with TracesUnauthorized given anything else was signed, or by anyone else", async () => {
        const { ref, provider, client, stranger, addresses } = the;
        const claim = the.claimOf(UNIT);
        const wrong = [
          "0x",
          "0x12",
          await signed(claim, { signer: provider }),
          await signed(claim, { signer: client }),
          await signed(claim, { signer: stranger, worker: stranger.address }),
          await signed(claim, { chainId: 1n }),
          await signed(claim, { verifyingContract: addresses.jobEscrow }),
          await signed(claim, { job: ref.id + 1n }),
          await signed(claim, { unit: 2n }),
          await signed(claim, { root: OTHER }),
          await signed(claim, { worker: provider.address }),
        ];
        for (const signature of wrong) {
          await expectUnauthorized(
            () => commit(claim, { signature, caller: provider }),
            ref,
            claim,
          );
        }
        await commit(claim, { signature: await signed(claim), caller: provider });
      });
    });

    context("given the worker was replaced", () => {
      it("reverts with TracesUnauthorized for the former one, with its call or its signature", async () => {
        const { ref, escrow, provider, stranger, worker } = the;
        await escrow.connect(provider).replaceWorker(ref.id, ref.job, stranger);
        const now = await jobNow(the, ref.id);
        const claim = the.claimOf(UNIT);
        const signatures = [
          await signed(claim),
          await signed(claim, { worker: stranger.address }),
          await signed(claim, { signer: stranger }),
        ];
        for (const signature of ["0x", ...signatures]) {
          await expectUnauthorized(
            () => commit(claim, { ref: now, signature, caller: worker }),
            now,
            claim,
          );
        }
      });

      it("takes the call and the signature of the new one", async () => {
        const { ref, escrow, provider, stranger, worker } = the;
        await escrow.connect(provider).replaceWorker(ref.id, ref.job, stranger);
        const now = await jobNow(the, ref.id);
        await commit(the.claimOf(1), { ref: now, caller: stranger });
        const claim = the.claimOf(UNIT);
        const signature = await signed(claim, { signer: stranger, worker: stranger.address });
        await commit(claim, { ref: now, signature, caller: worker });
      });
    });

    context("given the unit has a trace (OV-3)", () => {
      it("reverts with TracesCommitted, for the same trace and for another", async () => {
        const { ref, traces, optimisticVerifier, worker, stranger } = the;
        const claim = the.claimOf(UNIT);
        const signature = await signed(claim);
        await commit(claim, { signature, caller: stranger });
        const stored = await optimisticVerifier.traceHash(ref.id, UNIT);
        const ids = traces[UNIT].ids.with(1, OTHER);
        const other = the.claimOf(UNIT, {
          root: MerkleTree.ofList(ids).root,
          outputProof: listProof(ids, ids.length - 1),
        });
        const again = [
          { claim, signature: "0x", caller: worker },
          { claim, signature, caller: stranger },
          { claim: other, signature: "0x", caller: worker },
          { claim: other, signature: await signed(other), caller: stranger },
        ];
        for (const { claim: given, ...options } of again) {
          await expect(commit(given, options))
            .to.be.revertedWithCustomError(optimisticVerifier, "TracesCommitted")
            .withArgs(ref.id, UNIT);
        }
        expect(await optimisticVerifier.traceHash(ref.id, UNIT)).to.equal(stored);
      });
    });

    context("given another program or number of nodes (OV-3)", () => {
      it("reverts with TracesWrongProgram", async () => {
        const { programRoot, nodes } = the.claimOf(UNIT);
        const right = BigInt(nodes);
        const wrong = [
          { programRoot: OTHER, nodes },
          ...[0n, right - 1n, right + 1n, 2n ** 255n].map((other) => ({
            programRoot,
            nodes: other,
          })),
        ];
        for (const changes of wrong) {
          await expect(commit(the.claimOf(UNIT, changes)))
            .to.be.revertedWithCustomError(the.optimisticVerifier, "TracesWrongProgram")
            .withArgs(the.ref.id, changes.programRoot, changes.nodes);
        }
      });
    });

    context("given an output that is not the unit's", () => {
      it("reverts with TracesWrongUnit", async () => {
        const { outputIds, traces, ref, optimisticVerifier } = the;
        const foreign = [...traces[UNIT].ids.slice(0, -1), OTHER];
        const wrong: Partial<ITraces.TraceClaimStruct>[] = [
          { unit: 2 },
          { outputId: outputIds[2], unitProof: listProof(outputIds, 2) },
          { unitProof: listProof(outputIds, UNIT).with(0, OTHER) },
          {
            outputId: OTHER,
            root: MerkleTree.ofList(foreign).root,
            outputProof: listProof(foreign, foreign.length - 1),
          },
        ];
        for (const changes of wrong) {
          const { unit, outputId } = the.claimOf(UNIT, changes);
          await expect(commit(the.claimOf(UNIT, changes)))
            .to.be.revertedWithCustomError(optimisticVerifier, "TracesWrongUnit")
            .withArgs(ref.id, unit, outputId);
        }
      });

      it("reverts with ListTreeIndexOutOfBounds for a unit that was not delivered", async () => {
        for (const unit of [5n, 7n, 8n, 2n ** 64n - 1n]) {
          await expect(commit(the.claimOf(UNIT, { unit })))
            .to.be.revertedWithCustomError(the.optimisticVerifier, "ListTreeIndexOutOfBounds")
            .withArgs(unit, 5);
        }
      });
    });

    context("given a trace that does not end in the output (OV-3)", () => {
      it("reverts with TracesWrongOutput", async () => {
        const { traces, outputIds, ref, optimisticVerifier } = the;
        const { ids } = traces[UNIT];
        const last = ids.length - 1;
        // The right leaf, but one place before the end.
        const moved = ids.with(last, OTHER).with(last - 1, ids[last]);
        const wrong: Partial<ITraces.TraceClaimStruct>[] = [
          { root: OTHER },
          { outputProof: listProof(ids, last).with(0, OTHER) },
          { outputProof: listProof(ids, last - 1) },
          { root: MerkleTree.ofList(moved).root, outputProof: listProof(moved, last - 1) },
          { root: traces[2].tree.root, outputProof: listProof(traces[2].ids, last) },
        ];
        for (const changes of wrong) {
          await expect(commit(the.claimOf(UNIT, changes)))
            .to.be.revertedWithCustomError(optimisticVerifier, "TracesWrongOutput")
            .withArgs(ref.id, UNIT, outputIds[UNIT]);
        }
      });
    });

    context("given a proof of another length", () => {
      it("reverts with ListTreeProofLength", async () => {
        const { unitProof, outputProof } = the.claimOf(UNIT);
        const depth = ceilLog2(the.model.program.nodes.length);
        const wrong = [
          { changes: { unitProof: unitProof.slice(1) }, args: [2, 3] },
          { changes: { unitProof: [...unitProof, ZeroHash] }, args: [4, 3] },
          { changes: { outputProof: outputProof.slice(1) }, args: [depth - 1, depth] },
          { changes: { outputProof: [...outputProof, ZeroHash] }, args: [depth + 1, depth] },
        ];
        for (const { changes, args } of wrong) {
          await expect(commit(the.claimOf(UNIT, changes)))
            .to.be.revertedWithCustomError(the.optimisticVerifier, "ListTreeProofLength")
            .withArgs(...args);
        }
      });
    });
  });

  describe("traceHash", () => {
    it("is zero for a unit without a trace", async () => {
      const { ref, optimisticVerifier } = the;
      await commit(the.claimOf(UNIT));
      for (const [id, unit] of [
        [ref.id, 2],
        [ref.id + 1n, UNIT],
      ]) {
        expect(await optimisticVerifier.traceHash(id, unit)).to.equal(ZeroHash);
      }
    });
  });

  describe("traceDigest", () => {
    it("is that of EIP-712", async () => {
      const { ref, worker, optimisticVerifier } = the;
      const claim = the.claimOf(UNIT);
      const digest = await optimisticVerifier.traceDigest(ref.id, UNIT, claim.root, worker);
      expect(ethers.recoverAddress(digest, await signed(claim))).to.equal(worker.address);
    });
  });
});
