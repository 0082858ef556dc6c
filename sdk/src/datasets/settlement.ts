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
import type { DatasetShape, EpochSettlement, ValueProof } from "../types/dataset";

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
