import { ethers } from "hardhat";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { listRoot, tensorId } from "../../../tensor/src/index";
import {
  asAddress,
  createErgonClient,
  deliverJob,
  getJob,
  makeAsk,
  pause,
  signAsk,
} from "../../../sdk/src/index";
import { deliverClaim, fundChallenger } from "../../shared/arena";
import { deployDisputed } from "./support";
import type { Hex, Tensor } from "../../../tensor/src/index";
import type { Ask, JobClaim, UnitSource } from "../../../sdk/src/index";
import type { Arena } from "../../shared/arena";
import type { Disputed } from "./support";

/** How a provider answers: the output id for an input id; undefined to stay silent. */
export type Answers = (inputId: Hex) => Hex | undefined;

/** A provider that runs units for an auditor, and what it was given. */
export interface Rerunner extends UnitSource {
  readonly ask: Ask;
  /** Input ids, one list for each purchase. */
  readonly given: readonly (readonly Hex[])[];
}

/** Two delivered jobs, of which the first has one false unit, and two more providers. */
export async function deployAuditable() {
  const disputed = await deployDisputed();
  const { model, inputs, right, claimed, job } = disputed;
  const [, , , , third] = await ethers.getSigners();
  await fundChallenger(disputed, third);
  const honestJob = await deliverClaim(disputed, model, inputs.slice(0, 3), right.slice(0, 3));
  const inputIds = inputs.map(tensorId);
  const claims: JobClaim[] = [
    { job, inputIds, outputIds: claimed },
    { job: honestJob, inputIds: inputIds.slice(0, 3), outputIds: right.slice(0, 3) },
  ];
  const truthOf: Answers = (inputId) => right[inputIds.indexOf(inputId)];
  const lieOf: Answers = (inputId) => claimed[inputIds.indexOf(inputId)];
  return { ...disputed, third, honestJob, claims, truthOf, lieOf };
}

/** A provider's signed offer; it delivers what `answers` says as soon as a job of it is open. */
export async function rerunner(
  arena: Arena,
  { modelId }: Pick<Ask, "modelId">,
  account: HardhatEthersSigner,
  answers: Answers,
  changes: Partial<Ask> = {},
): Promise<Rerunner> {
  const client = createErgonClient({ runner: account, addresses: arena.addresses });
  const ask = makeAsk({
    provider: asAddress(account.address),
    modelId,
    token: arena.tokenAddress,
    unitPrice: 9_000n,
    unitBond: 25_000n,
    maxUnits: 100n,
    verifier: arena.addresses.optimisticVerifier,
    expiry: 2n ** 40n - 1n,
    ...changes,
  });
  const given: (readonly Hex[])[] = [];
  let outputIds: Hex[] = [];
  const deliver = async (id: bigint): Promise<void> => {
    while ((await arena.book.jobCount()) < id) await pause(1);
    await deliverJob(client, {
      job: await getJob(client, { id }),
      outputRoot: listRoot(outputIds),
    });
  };
  return {
    ask,
    askSignature: await signAsk(client, ask),
    given,
    publish: async (inputIds) => {
      given.push(inputIds);
      const all = inputIds.map(answers);
      outputIds = all.filter((id) => id !== undefined);
      const next = 1n + (await arena.book.jobCount());
      if (outputIds.length === inputIds.length) void deliver(next);
      return "https://inputs.example/audit";
    },
    outputIdsOf: async () => outputIds,
  };
}

/** The tensor with an id, among the inputs of the jobs. */
export function inputsOf({ inputs }: Pick<Disputed, "inputs">): (id: Hex) => Promise<Tensor> {
  return async (id) => {
    const found = inputs.find((input) => tensorId(input) === id);
    if (found === undefined) throw new Error(`there is no input ${id}`);
    return found;
  };
}
