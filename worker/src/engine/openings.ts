import { headerWord } from "../../../sdk/src/index";
import type { OutputOpening, Piece } from "../../../sdk/src/index";
import { layoutOf, listProof, openWords, tensorRoot } from "../../../tensor/src/index";
import type { Hex, Tensor } from "../../../tensor/src/index";

/**
 * Opens `piece` of a job's outputs: `output` is the tensor of the piece's unit, `ids` are those of
 * all units delivered. A tensor with fewer words is shown whole; beyond its end there are none.
 */
export function openOutput(output: Tensor, ids: readonly Hex[], piece: Piece): OutputOpening {
  const header = headerWord(output);
  const [root, unitProof] = [tensorRoot(output), listProof(ids, Number(piece.unit))];
  const available = layoutOf(output).words;
  const first = Number(piece.firstWord);
  if (first >= available) return { header, root, unitProof, words: [], wordProof: [] };
  const count = Math.min(2 ** Number(piece.wordsLog2), available);
  const { words, siblings } = openWords(output, first, count);
  return { header, root, unitProof, words: [...words], wordProof: [...siblings] };
}
