import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { Outcome, getBoard } from "../../../sdk/src/index";
import type { ErgonClient } from "../../../sdk/src/index";
import { challengeClaim, deliverClaim, playOut } from "../../shared/arena";
import type { Arena, Strategy } from "../../shared/arena";
import { descentTo, knowledgeOf, mistakeOf, trueClaim } from "../../shared/games/claims";
import type { Claim, Truth } from "../../shared/games/claims";
import { byKnowledge, showing } from "../../shared/games/players";
import type { Play } from "../../shared/games/players";
import { deployPool, randomFalsehood, randomTruth } from "../../shared/games/pool";
import { createRandom } from "../../shared/random";
import type { Random } from "../../shared/random";

const SEEDS = [1, 2, 3, 4, 5, 6];

/*
OptimisticVerifier, with all that a side knows of the game read from the chain
├── it lets a challenger win that knows the truth, given a false claim
└── it lets the worker win, given a true claim
*/
describe("OptimisticVerifier, with all that a side knows of the game read from the chain", () => {
  it("lets a challenger win that knows the truth, given a false claim", async () => {
    const arena = await loadFixture(deployPool);
    for (const seed of SEEDS) {
      const random = createRandom(seed);
      const { truth, unit, claim } = randomFalsehood(random);
      const challenger = byKnowledge(knowledgeOf(truth), "challenger");
      const outcome = await play(arena, random, truth, claim, unit, showing(claim), challenger);
      expect(outcome, `seed ${seed}`).to.equal(Outcome.Proved);
    }
  });

  it("lets the worker win, given a true claim", async () => {
    const arena = await loadFixture(deployPool);
    for (const seed of SEEDS) {
      const random = createRandom(seed);
      const truth = randomTruth(random);
      const unit = random.int(0, truth.traces.length - 1);
      const worker = byKnowledge(knowledgeOf(truth), "worker");
      const challenger = byKnowledge(mistakeOf(truth, unit, random), "challenger");
      const claim = trueClaim(truth);
      const outcome = await play(arena, random, truth, claim, unit, worker, challenger);
      expect(outcome, `seed ${seed}`).to.equal(Outcome.Refuted);
    }
  });
});

/** Plays a game about a unit of a claim, challenged there or above. */
async function play(
  arena: Arena,
  random: Random,
  { model, inputs, chained }: Truth,
  claim: Claim,
  unit: number,
  worker: Play,
  challenger: Play,
): Promise<Outcome | undefined> {
  const job = await deliverClaim(arena, model, inputs, claim.outputs, { chained });
  const descent = descentTo(claim, unit, random.int(0, claim.units.depth));
  const { id } = await challengeClaim(arena, job, descent);
  const { players } = arena;
  const sides = [reading(worker, players.worker), reading(challenger, players.challenger)] as const;
  const { end } = await playOut(arena, id, ...sides);
  return end?.outcome;
}

/** A side that sees what the chain shows. */
function reading(play: Play, client: ErgonClient): Strategy {
  return async (_, record) => {
    const now = BigInt(await time.latest());
    return (await play(await getBoard(client, record), now)).moves;
  };
}
