import { MaxUint256 } from "ethers";
import { bidOn, contestable } from "../../scripts/demo/cast";
import type { Cast } from "../../scripts/demo/cast";
import { falseTrace } from "../../scripts/demo/lie";
import {
  challengeJob,
  deliverJob,
  fillJob,
  getJob,
  makeAsk,
  signBid,
  toUnit,
} from "../../sdk/src/index";
import type { Knowledge } from "../../sdk/src/index";
import { UnitTrace, listRoot } from "../../tensor/src/index";
import type { Hex, NodeResults, Tensor } from "../../tensor/src/index";
import { loadDigits } from "../../tensor/train/dataset";
import { digitInput } from "../../tensor/train/quantizeDigits";
import type { JourneyStage } from "../journeys/support/stage";
import { knowing } from "../shared/arena";

/** The unit of a dispute whose output is false. */
export const FALSE_UNIT = 1;
const UNITS = 2;

/** A challenge, and what both sides know. */
export interface Dispute {
  readonly jobId: bigint;
  readonly id: bigint;
  readonly lie: Knowledge;
  readonly truth: Knowledge;
}

/** A job of which one output is false, and the challenge of that output. */
export async function beginDispute({ cast, watcher }: JourneyStage): Promise<Dispute> {
  const { model } = cast;
  const inputs = loadDigits().heldOut.slice(0, UNITS).map(digitInput);
  const honest: NodeResults[] = inputs.map((input) => new UnitTrace(model, input));
  const lies = honest.with(FALSE_UNIT, falseTrace(model, inputs[FALSE_UNIT]));
  const outputs = lies.map(({ ids }) => ids[ids.length - 1]);
  const jobId = await deliver(cast, inputs, outputs);
  const job = await getJob(watcher.client, { id: jobId });
  const descent = toUnit(outputs, FALSE_UNIT);
  const { id } = await challengeJob(watcher.client, { job, descent, maxBond: MaxUint256 });
  const [lie, truth] = [lies, honest].map((traces) => knowing(model, inputs, traces));
  return { jobId, id, lie, truth };
}

/** Opens a job of the provider's and delivers these outputs, true or not. */
async function deliver(
  cast: Cast,
  inputs: readonly Tensor[],
  outputs: readonly Hex[],
): Promise<bigint> {
  const { client, provider } = cast;
  const bid = await bidOn(cast, inputs, "", contestable(cast));
  const { gpuId, modelId, token, verifier, termsClass, maxUnitPrice, minUnitBond } = bid;
  const ask = makeAsk({
    ...{ provider: bid.provider, gpuId, modelId, token, verifier, termsClass },
    unitPrice: maxUnitPrice,
    unitBond: minUnitBond,
    maxUnits: bid.units,
    nonce: 0n,
  });
  const bidSignature = await signBid(client, bid);
  const { job } = await fillJob(provider, { ask, bid, bidSignature });
  await deliverJob(provider, { job, outputRoot: listRoot(outputs) });
  return job.id;
}
