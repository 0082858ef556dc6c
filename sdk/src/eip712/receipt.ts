import { wordOf } from "./approval";
import { digestOf, typedStruct } from "./domain";
import { ErgonError } from "../errors/errors";
import type { Hex } from "../../../tensor/src/index";
import type { Address } from "../types/address";
import type { JobRecord } from "../types/job";
import type { SigningDomain } from "./domain";

/** What a settled job amounts to: the invoice line, which anyone can make from the events. */
export interface WorkReceipt {
  readonly jobId: Hex;
  readonly client: Address;
  readonly provider: Address;
  readonly worker: Address;
  /** 0 = none named. */
  readonly gpuId: bigint;
  readonly modelId: Hex;
  readonly inputRoot: Hex;
  readonly outputRoot: Hex;
  readonly units: bigint;
  readonly token: Address;
  /** The price, fee included, in payment-token units. */
  readonly paid: bigint;
  /** Zero = none. */
  readonly verifier: Address;
  /** Seconds since 1970. */
  readonly openedAt: bigint;
  /** Seconds since 1970. */
  readonly deliveredAt: bigint;
}

/** The EIP-712 struct of a receipt. */
export const RECEIPT_STRUCT = typedStruct(
  "WorkReceipt",
  "bytes32 jobId,address client,address provider,address worker,uint256 gpuId,bytes32 modelId," +
    "bytes32 inputRoot,bytes32 outputRoot,uint64 units,address token,uint256 paid," +
    "address verifier,uint64 openedAt,uint64 deliveredAt",
);

/**
 * The receipt of a settled job. Throws `ErgonError` JOB_INCONSISTENT if the job did not settle.
 *
 * @example
 * const receipt = receiptOf(await getJob(client, { id: 7n }));
 */
export function receiptOf({ id, job, end }: JobRecord): WorkReceipt {
  if (end?.name !== "JobSettled") {
    const message = `job ${id} ${end === undefined ? "goes on" : `ended by ${end.name}`}`;
    throw new ErgonError("JOB_INCONSISTENT", `${message}: it has no receipt`, end === undefined);
  }
  const { client, provider, worker, gpuId, modelId, inputRoot, outputRoot } = job;
  const { units, token, verifier, openedAt, deliveredAt } = job;
  return {
    ...{ jobId: wordOf(id), client, provider, worker, gpuId, modelId, inputRoot, outputRoot },
    ...{ units, token, paid: end.paid, verifier, openedAt, deliveredAt },
  };
}

/** The digest of a receipt, under which it is signed or anchored; `domain` is the escrow's. */
export function receiptDigest(domain: SigningDomain, receipt: WorkReceipt): Hex {
  return digestOf(domain, RECEIPT_STRUCT, receipt);
}
