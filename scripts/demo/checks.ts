import {
  JobStatus,
  escrowDomainOf,
  getJob,
  getJobEvents,
  receiptDigest,
  receiptOf,
  translated,
} from "../../sdk/src/index";
import type { Bid, ErgonClient, JobEvent, JobRecord, WorkReceipt } from "../../sdk/src/index";
import {
  ReferenceExecutor,
  WasmExecutor,
  listProof,
  listRoot,
  tensorId,
  verifyListProof,
} from "../../tensor/src/index";
import type { Hex } from "../../tensor/src/index";
import { ScriptError } from "../shared/errors";
import type { Payment } from "./balances";
import type { Cast } from "./cast";
import { requireEqual } from "./report";
import type { Trade } from "./trade";

/** What happens to a job that the client approves and nobody challenges. */
const COURSE: readonly JobEvent["name"][] = [
  "JobOpened",
  "JobDelivered",
  "JobApproved",
  "JobSettled",
];
/** Every so many units, one runs again on the plain reference executor. */
const REFERENCE_STRIDE = 20;
const BASIS_POINTS = 10_000n;

/** What became of a trade when its job had ended. */
export interface CheckedSettlement extends Payment {
  readonly receipt: WorkReceipt;
  readonly digest: Hex;
  /** Of all transactions of the job together. */
  readonly gas: bigint;
  readonly transactions: number;
}

/**
 * Holds what was delivered against the chain and the model; gives the number of units that were run again. Throws
 * `ScriptError` CHECK_FAILED.
 */
export async function checkOutputs(cast: Cast, trade: Trade): Promise<number> {
  const { jobId: id, ids } = trade.delivery;
  checkCommitment(await getJob(cast.client, { id }), ids);
  return runAgain(cast, trade);
}

/** Holds how a job ended against what was agreed. Throws `ScriptError` CHECK_FAILED. */
export async function checkSettlement(cast: Cast, trade: Trade): Promise<CheckedSettlement> {
  const { client } = cast;
  const { jobId: id } = trade.delivery;
  const record = await getJob(client, { id });
  const events = await getJobEvents(client, { id });
  const steps = events.map(({ name }) => name).join(", ");
  requireEqual("the course of the job", steps, COURSE.join(", "));
  const payment = checkPayment(record, events, trade.bid, cast);
  const domain = await escrowDomainOf(client);
  const digest = receiptDigest(domain, receiptOf(record));
  const receipt = expectedReceipt(record, trade, cast);
  requireEqual("the digest of the receipt", digest, receiptDigest(domain, receipt));
  return { ...payment, ...(await gasOf(client, events)), receipt, digest };
}

/** Every output id must be where the committed root says. */
function checkCommitment({ job }: JobRecord, ids: readonly Hex[]): void {
  requireEqual("the status of the job", job.status, JobStatus.Delivered);
  requireEqual("the number of outputs", BigInt(ids.length), job.units);
  requireEqual("the root of the outputs", listRoot(ids), job.outputRoot);
  ids.forEach((id, unit) => {
    const isIn = verifyListProof(job.outputRoot, ids.length, unit, id, listProof(ids, unit));
    requireEqual(`whether output ${unit} is under the root`, isIn, true);
  });
}

/** All units run again on WebAssembly, and some on the reference; every id must be the same. */
async function runAgain({ model }: Cast, { inputs, delivery }: Trade): Promise<number> {
  const again = await new WasmExecutor().run(model, inputs);
  again.forEach((output, unit) =>
    requireEqual(`output ${unit}, run again,`, tensorId(output), delivery.ids[unit]),
  );
  const units = inputs.flatMap((_, unit) => (unit % REFERENCE_STRIDE === 0 ? [unit] : []));
  const reference = await new ReferenceExecutor().run(
    model,
    units.map((unit) => inputs[unit]),
  );
  reference.forEach((output, i) =>
    requireEqual(`output ${units[i]} of the reference`, tensorId(output), delivery.ids[units[i]]),
  );
  return again.length;
}

/** The approval paid; the settlement gave the bond back and took nothing more. */
function checkPayment(
  { job, end }: JobRecord,
  events: readonly JobEvent[],
  bid: Bid,
  cast: Cast,
): Payment {
  const approval = events.find((event) => event.name === "JobApproved");
  if (approval === undefined || end?.name !== "JobSettled") {
    throw new ScriptError("CHECK_FAILED", "the job was not approved and settled");
  }
  const { paid, fee } = approval;
  const price = bid.maxUnitPrice * bid.units;
  requireEqual("the price", paid, price);
  requireEqual("the fee", fee, (price * job.feeBps + BASIS_POINTS - 1n) / BASIS_POINTS);
  requireEqual("what was paid in all", end.paid, price);
  requireEqual("the fee at the settlement", end.fee, 0n);
  requireEqual("the bond", job.unitBond * job.units, bid.minUnitBond * bid.units);
  requireEqual("the GPU", job.gpuId, cast.gpuId);
  return { paid, fee };
}

/** The receipt from what client and provider know; the chain adds the id and the two times. */
function expectedReceipt({ job }: JobRecord, { bid, delivery }: Trade, cast: Cast): WorkReceipt {
  return {
    jobId: `0x${delivery.jobId.toString(16).padStart(64, "0")}`,
    client: bid.client,
    provider: bid.provider,
    worker: cast.key.address as Hex,
    gpuId: cast.gpuId,
    modelId: bid.modelId,
    inputRoot: bid.inputRoot,
    outputRoot: listRoot(delivery.outputs.map(tensorId)),
    units: bid.units,
    token: bid.token,
    paid: bid.maxUnitPrice * bid.units,
    verifier: bid.verifier,
    openedAt: job.openedAt,
    deliveredAt: job.deliveredAt,
  };
}

async function gasOf(
  { provider }: ErgonClient,
  events: readonly JobEvent[],
): Promise<Pick<CheckedSettlement, "gas" | "transactions">> {
  const hashes = [...new Set(events.map(({ at }) => at.transactionHash))];
  const receipts = await translated(() =>
    Promise.all(hashes.map((hash) => provider.getTransactionReceipt(hash))),
  );
  const gas = receipts.reduce((sum, receipt) => sum + (receipt?.gasUsed ?? 0n), 0n);
  return { gas, transactions: hashes.length };
}
