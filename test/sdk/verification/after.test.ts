import { expect } from "chai";
import { Stage, TermsClass, asAddress, gameDecidedBy } from "../../../sdk/src/index";
import type { Game, Move } from "../../../sdk/src/index";

const NODE = `0x${"ab".repeat(32)}` as const;
const ACCOUNT = asAddress(`0x${"11".repeat(20)}`);

/** A challenge of five units, at the root. */
const GAME: Game = {
  id: (7n << 32n) | 1n,
  challenger: ACCOUNT,
  token: ACCOUNT,
  bond: 3_200n,
  units: 5n,
  movedAt: 1_000n,
  workerClock: 43_200n,
  challengerClock: 43_200n,
  answers: 1n,
  stage: Stage.Units,
  termsClass: TermsClass.Standard,
  height: 3n,
  index: 0n,
  unit: 0n,
  node: NODE,
  programNode: NODE,
  header: 0n,
};

function pickAt(height: bigint, index: bigint): Move {
  return { name: "pick", descent: { height, index, node: NODE, siblings: [] } };
}

describe("gameDecidedBy", () => {
  it("counts an answer that came since the move before, and leaves the clocks alone", () => {
    const moved = { height: 0n, index: 5n, node: NODE, stage: Stage.Proved };
    for (const [answeredAt, answers] of [
      [undefined, 1n],
      [999n, 1n],
      [1_000n, 2n],
    ] as const) {
      const after = gameDecidedBy(GAME, pickAt(0n, 5n), answeredAt, true);
      expect(after).to.deep.equal({ ...GAME, ...moved, answers });
    }
  });

  it("takes a pick behind all units, and no other", () => {
    expect(gameDecidedBy(GAME, pickAt(1n, 3n), undefined, true).stage).to.equal(Stage.Proved);
    const inTensor = { ...GAME, stage: Stage.Tensor };
    for (const [game, move] of [
      [GAME, pickAt(1n, 2n)],
      [GAME, pickAt(0n, 4n)],
      [inTensor, pickAt(1n, 3n)],
      [GAME, { ...pickAt(1n, 3n), name: "pickInTrace" } as Move],
      [GAME, { name: "concede" }],
    ] as const) {
      expect(() => gameDecidedBy(game, move, undefined, true)).to.throw("decides no game");
    }
  });
});
