import {
  blockRoots,
  bytesToHex,
  hashPair,
  hexToBytes,
  listProof,
  openValue,
  tensorId,
} from "../../../tensor/src/index";
import { InputError } from "../errors/errors";
import type { Hex, SlotShape, StateShape, Tensor } from "../../../tensor/src/index";
import type { DatasetShape, Epoch, EpochSettlement, ValueProof } from "../types/dataset";

/** A million, with 18 decimals. */
const EPOCH_SHARES = 10n ** 24n;

/** The shape of a dataset in rows and words, with which `tensor` encodes its points. */
export function slotShapeOf({ slots, slotRows, rowWords }: DatasetShape): SlotShape {
  const [rows, rowsOfSlot, words] = [slots + slotRows, slotRows, rowWords].map(
    (log2) => 2 ** Number(log2),
  );
  return { rows, slotRows: rowsOfSlot, rowWords: words };
}

/**
 * What settles an epoch: of the ids of its job's outputs, in order, and of the last output. Throws `InputError` if the last
 * id is not that output's, and `ValuationError` STATE if it has another header.
 *
 * @example
 * await settleEpoch(client, { dataset, settlement: settlementOf(slotShapeOf(shape), outputIds, last) });
 */
export function settlementOf(
  shape: SlotShape,
  outputIds: readonly Hex[],
  last: Tensor,
): EpochSettlement {
  const { points, tests, sums, values } = blockRoots(shape, last);
  const id = tensorId(last);
  if (outputIds.at(-1) !== id) throw new InputError(`${id} is not the job's last output`);
  return {
    inputs: bytesToHex(hashPair(hexToBytes(points), hexToBytes(tests))),
    ...{ sums, valuesRoot: values },
    unitSiblings: listProof(outputIds, outputIds.length - 1),
    total: valueProof(shape, last, shape.rows / shape.slotRows),
  };
}

/**
 * The value of the contribution with an index, opened, of the state after the last unit. Throws `ValuationError` STATE
 * if the state has another header, and COUNT if there is no such row.
 *
 * @example
 * const value = valueProof(options, last, Number(index));
 */
export function valueProof(shape: StateShape, last: Tensor, index: number): ValueProof {
  const { word, path } = openValue(shape, last, index);
  return { word, siblings: path };
}

/** What a contribution has to get for an epoch. */
export interface ContributionWorth {
  /** In the program's unit; below zero for what did harm. */
  readonly value: bigint;
  /** Payment-token units; what was carried over is nobody's any more. */
  readonly reward: bigint;
  /** Votes, with 18 decimals. */
  readonly shares: bigint;
}

/**
 * What a value is worth in a settled epoch, whether or not it was claimed.
 *
 * @example
 * const { reward } = contributionWorth(epoch, readValues(shape, last).values[Number(index)]);
 */
export function contributionWorth(
  { pot, total }: Pick<Epoch, "pot" | "total">,
  value: number,
): ContributionWorth {
  const part = BigInt(value);
  if (part <= 0n || total === 0n) return { value: part, reward: 0n, shares: 0n };
  return {
    value: part,
    ...{ reward: (pot * part) / total, shares: (EPOCH_SHARES * part) / total },
  };
}
