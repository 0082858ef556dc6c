import { InputError } from "../errors/errors";
import { asAddress, asHex } from "../types/address";
import type { Hex } from "../../../tensor/src/index";
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

type Fields = readonly (readonly [name: string, bits: bigint])[];

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
] as const satisfies Fields;

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
] as const satisfies Fields;

/** Packs a job for a call. Throws `InputError` if a small field does not fit in its bits. */
export function packJob(job: Job): PackedJob {
  const { client, provider, gpuId, modelId, inputRoot, token, unitPrice, unitBond } = job;
  const { askDelegate, verifier, worker, outputRoot } = job;
  const terms = pack(TERMS, { ...job, chained: job.chained ? 1n : 0n });
  const state = pack(STATE, { ...job, frozen: job.frozen ? 1n : 0n });
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
  const terms = unpack(TERMS, packed.terms);
  const state = unpack(STATE, packed.state);
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
    worker: asAddress(packed.worker),
    ...state,
    status: state.status as JobStatus,
    price: state.price as PriceState,
    frozen: state.frozen !== 0n,
    outputRoot: asHex(packed.outputRoot),
  };
}

function pack<F extends Fields>(fields: F, values: Record<F[number][0], bigint>): bigint {
  let word = 0n;
  let shift = 0n;
  for (const [name, bits] of fields) {
    const value = values[name as F[number][0]];
    if (value < 0n || value >> bits !== 0n) {
      throw new InputError(`${name} of a job is ${value}, which does not fit in ${bits} bits`);
    }
    word |= value << shift;
    shift += bits;
  }
  return word;
}

function unpack<F extends Fields>(fields: F, word: bigint): Record<F[number][0], bigint> {
  let shift = 0n;
  const values = fields.map(([name, bits]) => {
    const value = BigInt.asUintN(Number(bits), word >> shift);
    shift += bits;
    return [name, value] as const;
  });
  return Object.fromEntries(values) as Record<F[number][0], bigint>;
}
