import { expect } from "chai";
import { Outcome } from "../../../sdk/src/index";
import {
  descentTo,
  falseClaim,
  inventionBehind,
  knowledgeOf,
  sampleOf,
  trueClaim,
} from "../../shared/games/claims";
import { LIES } from "../../shared/games/lies";
import { byKnowledge, showing, silentAfter, stalling } from "../../shared/games/players";
import type { Play } from "../../shared/games/players";
import {
  GAMES,
  falsehoodAt,
  isPadded,
  itPlays,
  longestTruth,
  randomFalsehood,
  randomTruth,
} from "../../shared/games/pool";
import type { Falsehood } from "../../shared/games/pool";
import type { Table } from "../../shared/games/table";
import type { Random } from "../../shared/random";

const KINDS = Object.keys(LIES).length + 6;
const EACH = Math.ceil((0.6 * GAMES) / KINDS);

/*
OptimisticVerifier
└── given a claim that is false, and a challenger that knows the truth
   ├── it takes the bond of a worker that lies about <each lie>
   ├── it takes the bond of one that lies first at each node of a program
   ├── it takes the bond of one that made up a node of the list of units
   ├── it takes the bond of one that has something behind the last unit, all of which are right
   ├── it takes the bond of one that lies about a unit, and has something behind the last
   ├── it takes the bond of one that stops to answer
   └── it takes the bond of one that answers too late
*/
describe("OptimisticVerifier", () => {
  context("given a claim that is false, and a challenger that knows the truth", () => {
    Object.entries(LIES).forEach(([name, lie], kind) => {
      const first = 1_000_000 * (kind + 1);
      itPlays(
        `takes the bond of a worker that lies about ${name}`,
        first,
        EACH,
        (table, random) => {
          const falsehood = randomFalsehood(random, [lie]);
          return expectSlashed(table, random, falsehood, showing(falsehood.claim));
        },
      );
    });

    const nodes = longestTruth().model.program.nodes.length;
    itPlays(
      "takes the bond of one that lies first at each node",
      0,
      nodes,
      (table, random, node) => {
        const falsehood = falsehoodAt(longestTruth(), node, random);
        return expectSlashed(table, random, falsehood, showing(falsehood.claim));
      },
    );

    const inUnits = "takes the bond of one that made up a node of the list of units";
    itPlays(inUnits, 20_000_000, EACH, (table, random) => {
      const truth = randomTruth(random, ({ traces }) => traces.length > 2);
      const unit = random.int(0, truth.traces.length - 1);
      const height = random.int(1, trueClaim(truth).units.depth - 1);
      const node = `0x${"ab".repeat(32)}` as const;
      const claim = trueClaim(truth, [{ height, index: unit >> height, node }]);
      const play = showing(claim);
      return expectSlashed(table, random, { truth, claim, unit }, play, height);
    });

    const behind = "takes the bond of one that has something behind the last unit";
    itPlays(`${behind}, all of which are right`, 23_000_000, 2 * EACH, (table, random) => {
      const truth = randomTruth(random, ({ traces }) => isPadded(traces.length));
      const { length } = truth.traces;
      const dirt = inventionBehind(length, random);
      const claim = trueClaim(truth, [dirt]);
      const unit = dirt.index * 2 ** dirt.height;
      const play = showing(claim);
      return expectSlashed(table, random, { truth, claim, unit }, play, dirt.height);
    });

    const both = "takes the bond of one that lies about a unit, and has something behind the last";
    itPlays(both, 24_000_000, EACH, (table, random) => {
      const truth = randomTruth(random, ({ traces }) => isPadded(traces.length));
      const { length } = truth.traces;
      const unit = random.int(0, length - 1);
      const dirt = inventionBehind(length, random);
      const lie = random.oneIn(2)
        ? LIES["the input"]
        : LIES["an element, and what follows from it"];
      const claim = falseClaim(truth, unit, lie, random, 0, [dirt]);
      if (claim === undefined) throw new Error("the lie fits no node");
      return expectSlashed(table, random, { truth, claim, unit }, showing(claim));
    });

    itPlays("takes the bond of one that stops to answer", 21_000_000, EACH, (table, random) => {
      const falsehood = randomFalsehood(random);
      const play = silentAfter(random.int(0, 5), showing(falsehood.claim));
      return expectSlashed(table, random, falsehood, play);
    });

    itPlays("takes the bond of one that answers too late", 22_000_000, EACH, (table, random) => {
      const falsehood = randomFalsehood(random);
      const show = showing(falsehood.claim);
      const [inTime, late] = [silentAfter(random.int(0, 3), stalling(show)), stalling(show, -1n)];
      const play: Play = async (board, now) => {
        const turn = await inTime(board, now);
        return turn.moves.length > 0 ? turn : late(board, now);
      };
      return expectSlashed(table, random, falsehood, play);
    });
  });
});

/** Challenges a claim from somewhere above the unit, `least` levels or more, and plays to the end. */
async function expectSlashed(
  table: Table,
  random: Random,
  { truth, claim, unit }: Falsehood,
  worker: Play,
  least = 0,
): Promise<void> {
  const all = truth.chained || unit >= truth.traces.length || random.oneIn(2);
  const knowledge = all ? knowledgeOf(truth) : sampleOf(truth, unit);
  const job = await table.deliver(truth, claim);
  const descent = descentTo(claim, unit, random.int(least, claim.units.depth));
  const id = await table.challenge(job, descent);
  const challenger = byKnowledge(knowledge, "challenger");
  const { end } = await table.playOut({ id, worker, challenger });
  expect(end?.outcome).to.equal(Outcome.Proved);
  expect(table.job(job).end?.name).to.equal("JobSlashed");
}
