import { layoutOf, listProof, openWords, tensorId, tensorRoot } from "../../../tensor/src/index";
import { headerWord } from "../games/header";
import { InputError } from "../errors/errors";
import type { Hex, Tensor } from "../../../tensor/src/index";
import type { Piece } from "../types/job";

/** A piece of an output with the proofs that it is part of what was delivered. */
export interface OutputOpening {
  /** Header word of the unit's output tensor. */
  readonly header: bigint;
  /** Root of that tensor's words. */
  readonly root: Hex;
  /** Siblings from the tensor's id to the job's output root, bottom-up. */
  readonly unitProof: Hex[];
  /** The words: the whole tensor if it has fewer than demanded, none if it ends before them. */
  readonly words: Hex[];
  /** Siblings from the subtree of these words to `root`, bottom-up; none without words. */
  readonly wordProof: Hex[];
}

/**
 * Opens a piece of the outputs of a job, one tensor a unit, all units delivered. Throws `InputError`
 * if there is no such unit or the piece is not aligned.
 *
 * @example
 * const opening = openOutput(outputs, demand.piece);
 */
export function openOutput(outputs: readonly Tensor[], piece: Piece): OutputOpening {
  const unit = Number(piece.unit);
  const output = outputs.at(unit);
  if (output === undefined || piece.unit < 0n) {
    throw new InputError(`there is no output of unit ${piece.unit} among ${outputs.length}`);
  }
  return openOutputOf(output, outputs.map(tensorId), piece);
}

/**
 * Opens a piece of `output`, that of the piece's unit; `ids` are those of all units delivered. Throws
 * `InputError` if the piece is not aligned, `TensorError` INDEX if there is no such unit.
 *
 * @example
 * const opening = openOutputOf(output, outputIds, demand.piece);
 */
export function openOutputOf(output: Tensor, ids: readonly Hex[], piece: Piece): OutputOpening {
  return {
    header: headerWord(output),
    root: tensorRoot(output),
    unitProof: listProof(ids, Number(piece.unit)),
    ...openPiece(output, Number(piece.firstWord), 2 ** Number(piece.wordsLog2)),
  };
}

function openPiece(
  output: Tensor,
  first: number,
  wanted: number,
): Pick<OutputOpening, "words" | "wordProof"> {
  if (!Number.isInteger(first / wanted)) {
    throw new InputError(`word ${first} does not start a piece of ${wanted} words`);
  }
  const available = layoutOf(output).words;
  if (first >= available) return { words: [], wordProof: [] };
  const { words, siblings } = openWords(output, first, Math.min(wanted, available));
  return { words: [...words], wordProof: [...siblings] };
}
