import { expect } from "chai";
import { Outcome } from "../../../sdk/src/index";
import {
  descentTo,
  dirtyTraces,
  knowledgeOf,
  mistakeOf,
  trueClaim,
} from "../../shared/games/claims";
import type { Truth } from "../../shared/games/claims";
import { byKnowledge, showing, silentAfter, stalling, whenAsked } from "../../shared/games/players";
import type { Play } from "../../shared/games/players";
import { GAMES, isPadded, itPlays, randomTruth } from "../../shared/games/pool";
import type { Table } from "../../shared/games/table";
import { anyOf, forging, last, wandering } from "../../shared/games/wanderers";
import type { Random } from "../../shared/random";

const CROWD = 20;
const CROWDS = Math.max(1, Math.round(GAMES / 100 / CROWD));
const EACH = Math.ceil((0.4 * GAMES - CROWDS * CROWD) / 6);

/** A challenger of a claim that is true. */
type Challenger = (truth: Truth, random: Random) => Play;

const CHALLENGERS: Readonly<Record<string, Challenger>> = {
  "picks and steps at random": (truth, random) => wandering(truth, anyOf(random)),
  "takes the last of everything": (truth) => wandering(truth, last),
  "is wrong about a node": (truth, random) => {
    const unit = random.int(0, truth.traces.length - 1);
    return byKnowledge(mistakeOf(truth, unit, random), "challenger");
  },
  "forges what it opens": (truth, random) => forging(random, wandering(truth, anyOf(random))),
  "leaves in the middle": (truth, random) =>
    silentAfter(random.int(0, 4), wandering(truth, anyOf(random))),
};

/*
OptimisticVerifier
└── given a claim that is true, and a worker that answers
   ├── it lets no challenger win that <each way to challenge>, at once or in its last second
   ├── it lets none of twenty win that challenge one job at once
   └── it lets none win though something is behind the last node in the worker's traces
*/
describe("OptimisticVerifier", () => {
  context("given a claim that is true, and a worker that answers", () => {
    Object.entries(CHALLENGERS).forEach(([name, challenger], kind) => {
      const first = 30_000_000 + 1_000_000 * kind;
      itPlays(`lets no challenger win that ${name}`, first, EACH, async (table, random) => {
        const truth = randomTruth(random);
        await expectKept(table, random, truth, [challenger(truth, random)], 0n);
      });
    });

    const crowd = "lets none of twenty win that challenge one job at once";
    itPlays(crowd, 40_000_000, CROWDS, async (table, random) => {
      const truth = randomTruth(random);
      const ways = Object.values(CHALLENGERS);
      const plays = Array.from({ length: CROWD }, () => random.pick(ways)(truth, random));
      await expectKept(table, random, truth, plays, 120n);
    });

    const dirty = "lets none win though something is behind the last node in the worker's traces";
    itPlays(dirty, 41_000_000, EACH, async (table, random) => {
      const truth = randomTruth(random, ({ model }) => isPadded(model.program.nodes.length));
      const claim = dirtyTraces(truth, random);
      const play = random.pick(Object.values(CHALLENGERS))(truth, random);
      const worker = whenAsked(showing(claim), byKnowledge(knowledgeOf(truth), "worker"));
      await expectKept(table, random, truth, [play], 0n, claim, worker);
    });
  });
});

/** Challenges a true claim from any unit or above, plays to the ends, and settles the job. */
async function expectKept(
  table: Table,
  random: Random,
  truth: Truth,
  challengers: readonly Play[],
  margin: bigint,
  claim = trueClaim(truth),
  worker = byKnowledge(knowledgeOf(truth), "worker"),
): Promise<void> {
  const job = await table.deliver(truth, claim);
  const seats = [];
  for (const challenger of challengers) {
    const unit = random.int(0, truth.traces.length - 1);
    const descent = descentTo(claim, unit, random.int(0, claim.units.depth));
    const id = await table.challenge(job, descent);
    const [late, hurry] = [random.oneIn(2), random.oneIn(2)];
    seats.push({
      id,
      worker: hurry ? worker : stalling(worker, margin),
      challenger: late ? stalling(challenger, margin) : challenger,
      clumsy: ["challenger"] as const,
    });
  }
  for (const { end } of await table.playAll(seats)) {
    expect(end?.outcome).to.be.oneOf([Outcome.Refuted, Outcome.Conceded]);
  }
  await table.settle(job);
  expect(table.job(job).end?.name).to.equal("JobSettled");
}
