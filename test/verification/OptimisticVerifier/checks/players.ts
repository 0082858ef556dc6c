import { listRoot, encodeNode, listProof } from "../../../../tensor/src/index";
import { ErgonError, Stage, isAtUnit } from "../../../../sdk/src/index";
import type { Hex, ProgramNode } from "../../../../tensor/src/index";
import type {
  CommitTraceMove,
  Descent,
  Knowledge,
  Move,
  SignableMove,
  StepMove,
} from "../../../../sdk/src/index";
import { descentTo, falseClaim, knowledgeOf, trueClaim } from "../../../shared/games/claims";
import type { Claim } from "../../../shared/games/claims";
import { ForgedTree } from "../../../shared/games/forgedTree";
import { LIES } from "../../../shared/games/lies";
import { byKnowledge, changing, commitment, showing } from "../../../shared/games/players";
import type { Play } from "../../../shared/games/players";
import { bytesToWords } from "../../../shared/programs";
import { createRandom } from "../../../shared/random";
import { NODE, RESULTS, TRUTH, mistakenAt } from "./model";

/** A word that stands nowhere. */
export const NOISE: Hex = `0x${"55".repeat(32)}`;

/** A game: what the worker delivered, where it is challenged, and how both sides play. */
export interface Match {
  readonly claim: Claim;
  readonly descent: Descent;
  readonly worker: Play;
  readonly challenger: Play;
}

/** A worker that lies about the first unit, at a node, against a challenger that knows the truth. */
export function lying(lie: keyof typeof LIES, node: number, bold = false): Match {
  const claim = falseClaim(TRUTH, 0, LIES[lie], createRandom(1), node);
  if (claim === undefined) throw new Error(`the lie fits no node: ${lie}`);
  return {
    claim,
    descent: descentTo(claim, 0, 0),
    worker: showing(claim, bold),
    challenger: ifItCan(byKnowledge(knowledgeOf(TRUTH), "challenger")),
  };
}

/** The same match with the worker's commitment to its trace changed. */
export function committing(match: Match, change: (move: CommitTraceMove) => Move): Match {
  const worker = changing(match.worker, (move) =>
    move.name === "commitTrace" ? change(move) : move,
  );
  return { ...match, worker };
}

/** An honest worker against a challenger that makes its moves of one name in another way. */
export function forging<Name extends SignableMove["name"]>(
  knowledge: Knowledge,
  name: Name,
  change: (move: Extract<SignableMove, { name: Name }>) => Move,
): Match {
  const isMeant = (move: Move): move is Extract<SignableMove, { name: Name }> => move.name === name;
  const play = byKnowledge(knowledge, "challenger");
  return against(changing(play, (move) => (isMeant(move) ? change(move) : move)));
}

/** An honest worker against a challenger that makes the step of a sum in another way. */
export function forgingStep(change: (move: StepMove) => StepMove): () => Match {
  return () => forging(mistakenAt(NODE.sum), "step", change);
}

/** An honest worker against a challenger that is wrong about an element. */
export function mistaken(node: number, column?: number): Match {
  return against(byKnowledge(mistakenAt(node, column), "challenger"));
}

/** An honest worker against a challenger that picks true padding behind the units. */
export function pickingPadding(): Match {
  const claim = trueClaim(TRUTH);
  const pick: Move = { name: "pick", descent: descentTo(claim, 3, 0) };
  const challenger: Play = async ({ game }) => ({ moves: game.height > 0n ? [pick] : [] });
  return { ...against(challenger), descent: descentTo(claim, 0, claim.units.depth) };
}

/** A worker that has something behind the last unit, against a challenger that knows the truth. */
export function paddingUnits(): Match {
  const claim = trueClaim(TRUTH, [{ height: 0, index: TRUTH.traces.length, node: NOISE }]);
  return {
    claim,
    descent: descentTo(claim, 0, claim.units.depth),
    worker: showing(claim),
    challenger: byKnowledge(knowledgeOf(TRUTH), "challenger"),
  };
}

/** A liar that commits to a second trace, with other operands, once it is asked for a tensor. */
export function tellingTwoStories(match: Match): Match {
  const { length } = RESULTS.ids;
  const ids = RESULTS.ids.map((id, index) => (index < length - 1 ? NOISE : id));
  const { output } = match.claim.show(0);
  const trace = new ForgedTree([...ids.slice(0, -1), output]);
  const show = (unit: number) => ({ ...match.claim.show(unit), trace });
  const second = commitment({ ...match.claim, show }, 0);
  const worker: Play = async (board, now) => {
    const turn = await match.worker(board, now);
    const isFirst = board.trace?.root !== trace.root;
    if (board.game.stage !== Stage.Tensor || !isFirst) return turn;
    return { moves: [second, ...turn.moves] };
  };
  return { ...match, worker };
}

/** A liar that, once it committed to its trace, moves for its challenger: to an input that is right. */
export function movingForBoth(match: Match): Match {
  const { trace } = match.claim.show(0);
  const [node, siblings] = [trace.node(0, 0), trace.siblings({ height: 0, index: 0 })];
  const inputIds = TRUTH.traces.map(({ ids }) => ids[0]);
  const pick: Move = {
    name: "pickInput",
    descent: { height: 0n, index: 0n, node, siblings },
    inputId: inputIds[0],
    inputProof: listProof(inputIds, 0),
  };
  const worker: Play = async (board, now) => {
    const { moves } = await match.worker(board, now);
    return { moves: isAtUnit(board.game) ? [...moves, pick] : moves };
  };
  return { ...match, worker };
}

/** The words of a node of a program. */
export function wordsOf(node: ProgramNode): Hex[] {
  return bytesToWords(encodeNode(node))[0];
}

/** A run of words one level up: the parent of the first two, and the siblings above it. */
export function oneLevelUp(word: Hex, [sibling, ...above]: readonly Hex[]): [Hex, Hex[]] {
  return [listRoot([word, sibling]), above];
}

/** The way down the first unit's trace to a node of its tree. */
export function placeInTrace(height: number, index: number): Descent {
  const tree = new ForgedTree(RESULTS.ids);
  const [node, siblings] = [tree.node(height, index), tree.siblings({ height, index })];
  return { height: BigInt(height), index: BigInt(index), node, siblings };
}

function against(challenger: Play): Match {
  const claim = trueClaim(TRUTH);
  const worker = byKnowledge(knowledgeOf(TRUTH), "worker");
  return { claim, descent: descentTo(claim, 0, 0), worker, challenger };
}

/** Plays as long as the SDK knows how. */
function ifItCan(play: Play): Play {
  return async (board, now) => {
    try {
      return await play(board, now);
    } catch (error) {
      if (error instanceof ErgonError) return { moves: [] };
      throw error;
    }
  };
}
