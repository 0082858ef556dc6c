import { expect } from "chai";
import { MaxUint256 } from "ethers";
import {
  answerFees,
  ceilDiv,
  atOutputRoot,
  challengeJob,
  concedeGame,
  getJob,
  playMove,
} from "../../../sdk/src/index";
import { listProof, listRoot, modelId, roundLevels } from "../../../tensor/src/index";
import type { GameOutcome, JobRecord, ShownChildren } from "../../../sdk/src/index";
import { deliverJob, openJob } from "../../shared/jobs";
import { NOISE, TRUTH, freshDispute } from "../Games/fixture";
import type { Dispute } from "../Games/fixture";

/** Levels of a list of so many units that the worker answers nine times before one of them is picked. */
const DEPTH = 49;
const UNITS = 2n ** BigInt(DEPTH - 1) + 1n;

interface Round extends ShownChildren {
  /** Levels below the children. */
  readonly height: number;
}

/*
OptimisticVerifier.concede, in a list of very many units
├── it pays the worker a quarter of the bond, given 8 answers
└── it pays the worker a quarter of the bond, given 9 answers, whose fees would be more
*/
describe("OptimisticVerifier", () => {
  describe("concede, in a list of very many units", () => {
    for (const [answers, more] of [
      [8n, ""],
      [9n, ", whose fees would be more"],
    ] as const) {
      it(`pays the worker a quarter of the bond, given ${answers} answers${more}`, async () => {
        const the = await freshDispute();
        const { toChallenger, toWorker, bond } = await concededAfter(the, Number(answers));
        const [fees, lost] = [answerFees(bond, answers), ceilDiv(bond, 4n)];
        expect(fees > lost).to.equal(more !== "");
        expect([toChallenger, toWorker]).to.deep.equal([bond - lost, fees < lost ? fees : lost]);
      });
    }
  });
});

/** What is paid once a challenger gives up that has gone down one unit's side of the list. */
async function concededAfter(the: Dispute, answers: number) {
  const { worker, challenger } = the.players;
  const rounds = roundsOf(DEPTH);
  let { game, job }: Pick<GameOutcome, "game" | "job"> = await challengeRoot(the, rounds[0]);
  for (const [i, { header, children, height }] of rounds.slice(0, answers).entries()) {
    const revealed = { name: "reveal", header, children } as const;
    ({ game, job } = await playMove(worker, { game, job, move: revealed }));
    if (i === answers - 1) break;
    const [node, siblings] = [children[0], listProof(children, 0)];
    const descent = { height: BigInt(height), index: 0n, node, siblings };
    ({ game, job } = await playMove(challenger, { game, job, move: { name: "pick", descent } }));
  }
  const { bond } = game.game;
  const { end } = (await concedeGame(challenger, { game, job })).game;
  if (end === undefined) throw new Error("the game is not over");
  return { ...end, bond };
}

/** Delivers a list of units of which nobody knows more than its rounds, and challenges it. */
async function challengeRoot(the: Dispute, { children }: Round) {
  const { challenger } = the.players;
  const verifier = the.addresses.optimisticVerifier;
  const terms = { modelId: modelId(TRUTH.model.program), verifier };
  const opened = await openJob(the, {
    ask: { ...terms, unitPrice: 0n, unitBond: 1n, maxUnits: UNITS },
    bid: { ...terms, minUnitBond: 1n, units: UNITS },
  });
  const { id } = await deliverJob(the, opened, { root: listRoot(children) });
  const job: JobRecord = await getJob(challenger, { id });
  const game = await challengeJob(challenger, {
    job,
    descent: atOutputRoot(job.job),
    maxBond: MaxUint256,
  });
  return { game, job: await getJob(challenger, { id }) };
}

/** What is below the first node of each round, from the root on; all else is made up. */
function roundsOf(depth: number): Round[] {
  if (depth === 0) return [];
  const levels = roundLevels(depth);
  const below = roundsOf(depth - levels);
  const first = below.length === 0 ? NOISE : listRoot(below[0].children);
  const children = [first, ...Array.from({ length: 2 ** levels - 1 }, () => NOISE)];
  return [{ header: 0n, children, height: depth - levels }, ...below];
}
