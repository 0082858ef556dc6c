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
import type { SlotShape, StateShape, Tensor } from "../../../tensor/src/index";
import type { EpochSettlement, ValueProof } from "../types/dataset";

/**
 * What settles an epoch, of the states after all units of its job, in order. Throws `InputError` if there is
 * none, and `ValuationError` STATE if the last one has another header.
 *
 * @example
 * await settleEpoch(client, { dataset, settlement: settlementOf(options, states) });
 */
export function settlementOf(shape: SlotShape, states: readonly Tensor[]): EpochSettlement {
  const last = states.at(-1);
  if (last === undefined) throw new InputError("a job has at least one unit");
  const { points, tests, sums, values } = blockRoots(shape, last);
  return {
    inputs: bytesToHex(hashPair(hexToBytes(points), hexToBytes(tests))),
    ...{ sums, valuesRoot: values },
    unitSiblings: listProof(states.map(tensorId), states.length - 1),
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
