import { expect } from "chai";
import { id as hashOf } from "ethers";
import { Stage, TermsClass, asAddress, asHex, nextMoves } from "../../../sdk/src/index";
import { listRoot, listPadding, listProof } from "../../../tensor/src/index";
import type { Board, Game, Knowledge, Move } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";
import { knowing } from "../../shared/arena";
import { randomProgram } from "../../shared/randomProgram";

const MODEL = randomProgram(1, { instructions: 1 });
const ACCOUNT = asAddress(`0x${"11".repeat(20)}`);
const ID = asHex(hashOf("output"));
/** More units than anybody can list; a round below their root shows 64 nodes of 2^35 units each. */
const UNITS = 2n ** 40n + 1n;
const [HEIGHT, BELOW, CHILDREN] = [41n, 2 ** 35, 64];

const GAME: Game = {
  id: (7n << 32n) | 1n,
  challenger: ACCOUNT,
  token: ACCOUNT,
  bond: 3_200n,
  units: UNITS,
  movedAt: 1_000n,
  workerClock: 43_200n,
  challengerClock: 43_200n,
  answers: 0n,
  stage: Stage.Units,
  termsClass: TermsClass.Standard,
  height: HEIGHT,
  index: 0n,
  unit: 0n,
  node: ID,
  programNode: ID,
  header: 0n,
};

/** What a worker shows of a list, honest behind its last unit, with changes. */
function shown(changes: Readonly<Record<number, Hex>> = {}): Hex[] {
  const node = (i: number) => (i * BELOW >= UNITS ? listPadding(35) : asHex(hashOf(`node ${i}`)));
  return Array.from({ length: CHILDREN }, (_, i) => changes[i] ?? node(i));
}

/** What a challenger does that knows the outputs of some units. */
async function moveOf(units: readonly number[], children?: readonly Hex[]): Promise<Move[]> {
  const knowledge: Knowledge = {
    ...knowing(MODEL, [], []),
    outputIds: new Map(units.map((unit) => [unit, ID])),
  };
  const reveal = async () => children && { children, at: 1_001n };
  const revealedAt = async () => (await reveal())?.at;
  const board: Board = { ...shownBoard(), revealedAt, reveal };
  return nextMoves(board, knowledge, "challenger", 1_002n);
}

function pickOf(children: readonly Hex[], index: number): Move {
  const siblings = listProof(children, index);
  const descent = { height: 35n, index: BigInt(index), node: children[index], siblings };
  return { name: "pick", descent };
}

describe("nextMoves, of a challenger that knows few of very many units", () => {
  it("waits until the worker shows what is below", async () => {
    expect(await moveOf([5])).to.deep.equal([]);
  });

  it("goes to the first unit that it knows", async () => {
    const children = shown();
    for (const unit of [5, BELOW - 1, BELOW, 31 * BELOW + 7]) {
      const index = Math.floor(unit / BELOW);
      expect(await moveOf([unit, 31 * BELOW + 9], children)).to.deep.equal([
        pickOf(children, index),
      ]);
    }
  });

  it("goes to the last unit only if its output is another", async () => {
    const last = Number(UNITS - 1n);
    const padding = Array.from({ length: 35 }, (_, height) => listPadding(height));
    const right = padding.reduce((node, sibling) => listRoot([node, sibling]), ID);
    expect(await moveOf([last], shown({ 32: right }))).to.deep.equal([{ name: "concede" }]);
    const wrong = shown();
    expect(await moveOf([last], wrong)).to.deep.equal([pickOf(wrong, 32)]);
  });

  it("prefers what is behind the last unit and no padding", async () => {
    const children = shown({ 40: ID });
    for (const units of [[], [5], [Number(UNITS - 1n)]]) {
      expect(await moveOf(units, children)).to.deep.equal([pickOf(children, 40)]);
    }
  });
});

describe("nextMoves, of a game whose round was shown", () => {
  const revealed = { ...shownBoard(), revealedAt: async () => 1_001n };
  const knowledge: Knowledge = { ...knowing(MODEL, [], []), outputIds: new Map([[5, ID]]) };

  it("looks at what was shown only to pick, which anybody can make costly", async () => {
    let looked = 0;
    const reveal = async () => {
      looked++;
      return { children: shown(), at: 1_001n };
    };
    expect(await nextMoves({ ...revealed, reveal }, knowledge, "worker", 1_002n)).to.deep.equal([]);
    expect(looked).to.equal(0);
    const [move] = await nextMoves({ ...revealed, reveal }, knowledge, "challenger", 1_002n);
    expect([move.name, looked]).to.deep.equal(["pick", 1]);
  });

  it("waits until what was shown is to be had", async () => {
    const reveal = async () => undefined;
    const moves = await nextMoves({ ...revealed, reveal }, knowledge, "challenger", 1_002n);
    expect(moves).to.deep.equal([]);
  });
});

function shownBoard(): Pick<Board, "game" | "claim" | "leaf"> {
  const nowhere = async () => undefined;
  return { game: GAME, claim: nowhere, leaf: nowhere };
}
