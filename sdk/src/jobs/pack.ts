import { packWord, unpackWord } from "../packedWord";
import { asAddress, asHex } from "../types/address";
import type { Hex } from "../../../tensor/src/index";
import type { WordFields } from "../packedWord";
import type { Address } from "../types/address";
import type { Filler, Job, JobStatus, PriceState } from "../types/job";
import type { TermsClass } from "../types/order";

/** A job as the escrow takes it: its small terms and its small state in one word each. */
export interface PackedJob {
  readonly client: Address;
  readonly provider: Address;
  readonly gpuId: bigint;
  readonly modelId: Hex;
  readonly inputRoot: Hex;
  readonly token: Address;
  readonly unitPrice: bigint;
  readonly unitBond: bigint;
  readonly askDelegate: Address;
  readonly verifier: Address;
  readonly terms: bigint;
  readonly worker: Address;
  readonly state: bigint;
  readonly outputRoot: Hex;
}

/** From the lowest bit, as `JobTerms.sol` lays them out. */
const TERMS = [
  ["askNonce", 64n],
  ["openedAt", 40n],
  ["turnaround", 32n],
  ["longestGame", 32n],
  ["feeBps", 16n],
  ["cancelShareBps", 16n],
  ["termsClass", 8n],
  ["filler", 8n],
  ["chained", 8n],
  ["staked", 8n],
  ["rentBps", 24n],
] as const satisfies WordFields;

/** From the lowest bit, as `JobState.sol` lays them out. */
const STATE = [
  ["units", 64n],
  ["deliveredAt", 40n],
  ["status", 8n],
  ["price", 8n],
  ["demands", 8n],
  ["frozen", 8n],
  ["unitsAsked", 64n],
  ["replacedAt", 40n],
] as const satisfies WordFields;

/** Packs a job for a call. Throws `InputError` if a small field does not fit in its bits. */
export function packJob(job: Job): PackedJob {
  const { client, provider, gpuId, modelId, inputRoot, token, unitPrice, unitBond } = job;
  const { askDelegate, verifier, worker, outputRoot } = job;
  const terms = packWord("job", TERMS, {
    ...job,
    chained: job.chained ? 1n : 0n,
    staked: job.staked ? 1n : 0n,
  });
  const state = packWord("job", STATE, { ...job, frozen: job.frozen ? 1n : 0n });
  return {
    client,
    provider,
    gpuId,
    modelId,
    inputRoot,
    token,
    unitPrice,
    unitBond,
    askDelegate,
    verifier,
    terms,
    worker,
    state,
    outputRoot,
  };
}

/** The job that a packed one stands for. */
export function unpackJob(packed: PackedJob): Job {
  const terms = unpackWord(TERMS, packed.terms);
  const state = unpackWord(STATE, packed.state);
  return {
    client: asAddress(packed.client),
    provider: asAddress(packed.provider),
    gpuId: packed.gpuId,
    modelId: asHex(packed.modelId),
    inputRoot: asHex(packed.inputRoot),
    token: asAddress(packed.token),
    unitPrice: packed.unitPrice,
    unitBond: packed.unitBond,
    askDelegate: asAddress(packed.askDelegate),
    verifier: asAddress(packed.verifier),
    ...terms,
    termsClass: terms.termsClass as TermsClass,
    filler: terms.filler as Filler,
    chained: terms.chained !== 0n,
    staked: terms.staked !== 0n,
    worker: asAddress(packed.worker),
    ...state,
    status: state.status as JobStatus,
    price: state.price as PriceState,
    frozen: state.frozen !== 0n,
    outputRoot: asHex(packed.outputRoot),
  };
}
