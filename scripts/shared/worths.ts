import { formatUnits } from "ethers";

import {
  EpochStatus,
  getContribution,
  getContributions,
  getEpoch,
  slotShapeOf,
  valueProof,
  contributionWorth,
} from "../../sdk/src/index";
import type {
  Address,
  Dataset,
  Epoch,
  ErgonClient,
  ValueProof,
  ContributionWorth,
} from "../../sdk/src/index";
import { readValues } from "../../tensor/src/index";
import type { Hex } from "../../tensor/src/index";
import { ScriptError } from "./errors";
import { columns, fields } from "./output";
import { formatAmount } from "./token";
import type { Token } from "./token";
import { lastState } from "./valuations";
import type { StateSource } from "./valuations";

/** Of which epoch, and who has its values. */
export interface WorthQuery extends StateSource {
  /** The last one unless given. */
  readonly epoch?: bigint;
}

/** What a contribution was worth in an epoch. */
export interface SlotWorth extends ContributionWorth {
  readonly slot: Hex;
  readonly owner: Address;
  readonly index: bigint;
}

const SHARE_DECIMALS = 18;

/**
 * What all contributions were worth that an epoch counted. Throws `ScriptError` ARGUMENT if the epoch is not settled, and what
 * `lastState` throws.
 */
export async function worthsIn(
  client: ErgonClient,
  dataset: Dataset,
  query: WorthQuery,
): Promise<SlotWorth[]> {
  const { epoch } = await settledEpoch(client, dataset, query);
  const state = await lastState(dataset, epoch, query);
  const { values } = readValues(slotShapeOf(dataset.shape), state);
  const given = await getContributions(client, dataset);
  return given.slice(0, Number(epoch.count)).map(({ slot, owner, index }) => ({
    ...{ slot, owner, index },
    ...contributionWorth(epoch, values[Number(index)]),
  }));
}

/** What one contribution was worth, with the proof of it. Throws like `worthsIn`, and `InputError` if nobody gave it. */
export async function worthIn(
  client: ErgonClient,
  dataset: Dataset,
  slot: Hex,
  query: WorthQuery,
): Promise<{ readonly epochId: bigint; readonly worth: SlotWorth; readonly value: ValueProof }> {
  const { epochId, epoch } = await settledEpoch(client, dataset, query);
  const { owner, index } = await getContribution(client, { dataset: dataset.dataset, slot });
  const state = await lastState(dataset, epoch, query);
  const shape = slotShapeOf(dataset.shape);
  const worth = contributionWorth(epoch, readValues(shape, state).values[Number(index)]);
  const value = valueProof(shape, state, Number(index));
  return { epochId, worth: { slot, owner, index, ...worth }, value };
}

async function settledEpoch(
  client: ErgonClient,
  { dataset, epochs }: Dataset,
  { epoch: epochId = epochs }: WorthQuery,
): Promise<{ readonly epochId: bigint; readonly epoch: Epoch }> {
  const epoch = await getEpoch(client, { dataset, epochId });
  if (epoch.status === EpochStatus.Settled) return { epochId, epoch };
  throw new ScriptError(
    "ARGUMENT",
    `epoch ${epochId} has no values: epoch status tells what is next`,
  );
}

/** What a contribution was worth, in lines. */
export function describeWorth({ slot, owner, index, ...worth }: SlotWorth, token: Token): string[] {
  const { value, reward, shares } = worth;
  return fields({
    ...{ slot, owner, index, value },
    reward: formatAmount(token, reward),
    shares: formatUnits(shares, SHARE_DECIMALS),
  });
}

/** A line for each contribution, below their names. */
export function describeWorths(worths: readonly SlotWorth[], token: Token): string[] {
  return columns([
    ["slot", "value", "reward", "shares", "owner", "name"],
    ...worths.map(({ slot, owner, index, value, reward, shares }) => [
      ...[index, value, formatAmount(token, reward), formatUnits(shares, SHARE_DECIMALS)],
      ...[owner, slot],
    ]),
  ]);
}
