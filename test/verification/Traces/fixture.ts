import { ethers } from "hardhat";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";

import { asHex } from "../../../sdk/src/index";
import { listProof, programRoot } from "../../../tensor/src/index";
import { deliverClaim, deployArena, registerModel, trueTraces } from "../../shared/arena";
import { withChanges } from "../../shared/jobs";
import { randomInput, randomProgram } from "../../shared/randomProgram";
import type { JobRef } from "../../shared/jobs";
import type { Hex } from "../../../tensor/src/index";
import type { ITraces } from "../../../typechain-types/contracts/verification/OptimisticVerifier";

/** What a worker signs, and for which contract on which chain. */
export interface SignedTrace {
  readonly signer: HardhatEthersSigner;
  readonly job: bigint;
  readonly unit: bigint;
  readonly root: string;
  readonly worker: string;
  readonly chainId?: bigint;
  readonly verifyingContract?: string;
}

const TYPES = {
  TraceCommitment: [
    { name: "job", type: "uint256" },
    { name: "unit", type: "uint64" },
    { name: "root", type: "bytes32" },
    { name: "worker", type: "address" },
  ],
};

/** A delivered job of five units, and what its worker can commit to. */
export async function tracesFixture() {
  const arena = await deployArena();
  const model = randomProgram(44, { instructions: 8 });
  await registerModel(arena, model);
  const inputs = [1, 2, 3, 4, 5].map((seed) => randomInput(seed, model));
  const traces = trueTraces(model, inputs);
  const outputIds = traces.map(({ ids }) => ids[ids.length - 1]);
  const deliver = async (): Promise<JobRef> => {
    const { id, job } = await deliverClaim(arena, model, inputs, outputIds);
    return { id, job: withChanges(job, {}) };
  };

  /** The true claim about a unit, with changes. */
  const claimOf = (
    unit: number,
    changes: Partial<ITraces.TraceClaimStruct> = {},
  ): ITraces.TraceClaimStruct => ({
    unit,
    outputId: outputIds[unit],
    unitProof: listProof(outputIds, unit),
    root: traces[unit].tree.root,
    outputProof: listProof(traces[unit].ids, traces[unit].ids.length - 1),
    programRoot: programRoot(model.program),
    nodes: model.program.nodes.length,
    ...changes,
  });

  /** A signature for the verifier on this chain, unless said otherwise. */
  const sign = async ({
    signer,
    chainId,
    verifyingContract,
    ...value
  }: SignedTrace): Promise<Hex> => {
    const domain = {
      name: "Ergon",
      version: "1",
      chainId: chainId ?? (await ethers.provider.getNetwork()).chainId,
      verifyingContract: verifyingContract ?? arena.addresses.optimisticVerifier,
    };
    return asHex(await signer.signTypedData(domain, TYPES, value));
  };

  return { ...arena, model, traces, outputIds, deliver, claimOf, sign, ref: await deliver() };
}
