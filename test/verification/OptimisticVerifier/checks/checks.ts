import { openElement, operandsOf } from "../../../../tensor/src/index";
import type { Side } from "../../../../sdk/src/index";
import { inGames, inStep, inTraces, inVerifier } from "../../../shared/games/mutants";
import type { Mutant } from "../../../shared/games/mutants";
import { COLUMN, NODE, RESULTS, SUM, mistakenAt } from "./model";
import {
  NOISE,
  committing,
  forging,
  forgingStep,
  lying,
  mistaken,
  movingForBoth,
  oneLevelUp,
  paddingUnits,
  pickingPadding,
  placeInTrace,
  tellingTwoStories,
  wordsOf,
} from "./players";
import type { Match } from "./players";

/** A check of the contracts, the side that it protects, and a game that this side loses without it. */
export interface Check {
  readonly rule: string;
  readonly protects: Side;
  readonly without: Mutant;
  readonly match: () => Match;
}

const AN_ELEMENT = "an element, and what follows from it";
const AN_OUTPUT = "an output that the trace has not";

/** The checks of a dispute, by subject. */
export const CHECKS: Readonly<Record<string, readonly Check[]>> = {
  "the trace that a worker commits to": [
    {
      rule: "ends in the claimed output",
      protects: "challenger",
      without: inTraces(
        "ListTree.verify(claim.root, outputId, nodes - 1, nodes, claim.outputProof),",
        "true,",
      ),
      match: () => lying(AN_OUTPUT, NODE.last, true),
    },
    {
      rule: "is about an output that was delivered",
      protects: "challenger",
      without: inTraces(
        "ListTree.verify(job.outputRoot, outputId, unit, job.state.units(), claim.unitProof),",
        "true,",
      ),
      match: () =>
        committing(lying(AN_OUTPUT, NODE.last, true), (move) => ({
          ...move,
          outputId: RESULTS.ids[NODE.last],
        })),
    },
    {
      rule: "is of the job's program",
      protects: "challenger",
      without: inTraces(
        "ModelIdLib.programDigest(programRoot, nodes) == job.modelId.digest(),",
        "true,",
      ),
      match: () =>
        committing(lying(AN_ELEMENT, NODE.sum), (move) => ({ ...move, programRoot: NOISE })),
    },
    {
      rule: "is the only one of its unit",
      protects: "challenger",
      without: inTraces("require(_traces[id][unit] == 0, TracesCommitted(id, unit));"),
      match: () => tellingTwoStories(lying("an element of one result only", NODE.last)),
    },
    {
      rule: "is no verdict behind its last node",
      protects: "worker",
      without: inGames(
        `require(first < trace.nodes, GamesOutOfBounds(game.id, first, trace.nodes));

        (game.state, game.node) = (game.state.movedTo(Stage.Trace, descent.height, descent.index), descent.node);`,
        `(game.state, game.node) = (game.state.movedTo(Stage.Trace, descent.height, descent.index), descent.node);
        if (first >= trace.nodes) game.state = game.state.decided(true);`,
      ),
      match: () =>
        forging(mistakenAt(NODE.sum), "pickInTrace", (move) => ({
          ...move,
          descent: placeInTrace(3, 9),
        })),
    },
  ],
  "a move": [
    {
      rule: "is the challenger's own",
      protects: "challenger",
      without: inGames("if (msg.sender == game.challenger) return game;", "return game;"),
      match: () => movingForBoth(lying(AN_ELEMENT, NODE.sum)),
    },
  ],
  "a leaf of the trace": [
    {
      rule: "is false if it is another than the input",
      protects: "challenger",
      without: inGames("decided(descent.node != expected)", "decided(false)"),
      match: () => lying("the input", NODE.input),
    },
    {
      rule: "is compared with the unit's own input",
      protects: "worker",
      without: inGames("require(right, GamesWrongInput(game.id, inputId));"),
      match: () =>
        forging(mistakenAt(NODE.input), "pickInput", (move) => ({ ...move, inputId: NOISE })),
    },
    {
      rule: "decides at once if its node is a constant",
      protects: "challenger",
      without: inGames(
        "if (head.op() == Op.CONST) {",
        "if (head.op() == Op.CONST && trace.nodes == 0) {",
      ),
      match: () => lying("a constant", NODE.constant),
    },
    {
      rule: "is held against the program's own node",
      protects: "worker",
      without: inGames(
        `head.op() != Op.INPUT &&
                ListTree.verify(trace.programRoot, programNode, descent.index, trace.nodes, opening.proof),`,
        "head.op() != Op.INPUT,",
      ),
      match: () =>
        forging(mistakenAt(NODE.sum), "pickNode", (move) => ({
          ...move,
          node: wordsOf({ op: "const", dtype: "i8", rows: 3, cols: 40, root: NOISE }),
        })),
    },
  ],
  "a way down": [
    {
      rule: "begins at the node that the game stands at, a tensor's under the header of its node",
      protects: "worker",
      without: inGames("require(node == game.node, GamesWrongDescent(game.id, node, game.node));"),
      match: forgingStep((move) => ({
        ...move,
        descent: { ...move.descent, node: NOISE },
      })),
    },
    {
      rule: "has a sibling for each level",
      protects: "worker",
      without: inVerifier("verification/types/Descent.sol", "self.height == height - levels && "),
      match: forgingStep((move) => {
        const [node, siblings] = oneLevelUp(move.descent.node, move.descent.siblings);
        return { ...move, descent: { ...move.descent, node, siblings } };
      }),
    },
    {
      rule: "ends inside the tree",
      protects: "worker",
      without: inVerifier("verification/types/Descent.sol", " && self.index >> levels == index"),
      match: forgingStep((move) => ({
        ...move,
        descent: { ...move.descent, index: move.descent.index + 8n },
      })),
    },
    {
      rule: "in a list has the length of the list's proofs",
      protects: "worker",
      without: inVerifier(
        "common/libraries/ListTree.sol",
        "require(siblings.length == expected, ListTreeProofLength(siblings.length, expected));",
      ),
      match: () =>
        forging(mistakenAt(NODE.input), "pickInput", (move) => {
          const [inputId, inputProof] = oneLevelUp(move.inputId, move.inputProof);
          return { ...move, inputId, inputProof };
        }),
    },
  ],
  "what is around": [
    {
      rule: "the rows and columns of a tensor is false if it is not zero",
      protects: "challenger",
      without: inGames("int256 computed;", "int256 computed = claimed;"),
      match: () => lying("bytes behind the columns", NODE.sum),
    },
    {
      rule: "the units of a job is false if it is no padding",
      protects: "challenger",
      without: inGames(
        "game.state = game.state.decided(true);",
        "revert GamesOutOfBounds(game.id, first, game.units);",
      ),
      match: paddingUnits,
    },
    {
      rule: "the units of a job is not false if it is padding",
      protects: "worker",
      without: inGames(
        "require(game.node != ListTree.padding(height), GamesOutOfBounds(game.id, first, game.units));",
      ),
      match: pickingPadding,
    },
  ],
  "the step": [
    {
      rule: "reads what the trace has",
      protects: "worker",
      without: inGames(
        "require(ListTree.verify(trace.root, tensorId, node, trace.nodes, proof), GamesWrongOperand(id, node, tensorId));",
      ),
      match: () =>
        forging(mistakenAt(NODE.sum, COLUMN.negative), "step", (move) => ({
          ...move,
          a: { ...move.a, words: [NOISE] },
        })),
    },
    {
      rule: "is of the node that was picked",
      protects: "worker",
      without: inGames(
        "require(programNode == game.programNode, GamesWrongNode(game.id, programNode));",
      ),
      match: forgingStep((move) => {
        return { ...move, node: wordsOf({ ...SUM, fn: "sub" }) };
      }),
    },
    {
      rule: "opens words of the operand, and no node above them",
      protects: "worker",
      without: inStep(
        "common/libraries/TensorTree.sol",
        "levels > depth || count << levels != available",
        "levels > depth",
      ),
      match: forgingStep((move) => {
        const [word, siblings] = oneLevelUp(move.a.words[0], move.a.siblings);
        return { ...move, a: { ...move.a, words: [word], siblings } };
      }),
    },
    {
      rule: "opens all words of a row that it reads",
      protects: "worker",
      without: inStep(
        "verification/TensorStep.sol",
        "require(given == expected, TensorStepWrongWordCount(given, expected));",
      ),
      match: () =>
        forging(mistakenAt(NODE.total), "step", (move) => {
          const [word, ...others] = move.a.words;
          return {
            ...move,
            a: { ...move.a, words: [word], siblings: [...others, ...move.a.siblings] },
          };
        }),
    },
    {
      rule: "is about an element that the word has",
      protects: "worker",
      without: inGames("require(element < 32 / size, GamesNoElement(game.id, element));"),
      match: forgingStep((move) => {
        const operands = operandsOf(SUM).map((index) => RESULTS.result(index));
        const element = COLUMN.secondWord;
        return { ...move, ...openElement(SUM, element, operands), element: BigInt(element) };
      }),
    },
    {
      rule: "refutes the challenge if the values are equal",
      protects: "worker",
      without: inGames("decided(claimed != computed)", "decided(true)"),
      match: () => mistaken(NODE.sum),
    },
    {
      rule: "proves the claim false if the values differ",
      protects: "challenger",
      without: inGames("decided(claimed != computed)", "decided(false)"),
      match: () => lying(AN_ELEMENT, NODE.sum),
    },
    {
      rule: "compares the value that fits the element",
      protects: "worker",
      without: inStep(
        "verification/TensorStep.sol",
        "value = Elements.saturate(value, head.elementSize());",
      ),
      match: () => mistaken(NODE.sum, COLUMN.saturated),
    },
    {
      rule: "reads the sign of the claimed element",
      protects: "worker",
      without: inGames(
        "int256 claimed = Elements.inWord(game.node, element, size);",
        "int256 claimed = int256(uint256(Elements.inWord(game.node, element, size)) & ((1 << (8 * size)) - 1));",
      ),
      match: () => mistaken(NODE.sum, COLUMN.negative),
    },
  ],
};
