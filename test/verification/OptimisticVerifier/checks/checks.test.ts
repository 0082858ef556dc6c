import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { Outcome } from "../../../../sdk/src/index";
import type { Side } from "../../../../sdk/src/index";
import { deployArena, registerModel } from "../../../shared/arena";
import type { Arena } from "../../../shared/arena";
import { knowledgeOf } from "../../../shared/games/claims";
import { installMutant } from "../../../shared/games/mutants";
import { byKnowledge } from "../../../shared/games/players";
import { Table } from "../../../shared/games/table";
import { CHECKS } from "./checks";
import { NODE, TRUTH, overlooking } from "./model";
import { lying, paddingUnits } from "./players";
import type { Match } from "./players";

const COMPILES = 120_000;

/*
OptimisticVerifier, in one game for each check
├── with the check: it lets the honest side win
├── without it: it lets the other side win
├── it lets a challenger win by what is behind the last unit if it knows of no unit
└── it lets a challenger win if it picks the leftmost difference of the trace, and else lose
*/
describe("OptimisticVerifier, check by check", () => {
  for (const [subject, checks] of Object.entries(CHECKS)) {
    context(subject, () => {
      for (const { rule, protects, without, match } of checks) {
        it(`${rule}, which protects the ${protects}`, async () => {
          const table = new Table(await loadFixture(deployChecked));
          const other = protects === "worker" ? "challenger" : "worker";
          expect(await winner(table, match(), [other])).to.equal(protects);

          await installMutant(table.arena, without);
          expect(await winner(table, match(), ["worker", "challenger"])).to.equal(other);
        }).timeout(COMPILES);
      }
    });
  }

  context("a challenger", () => {
    it("wins by what is behind the last unit if it knows of no unit", async () => {
      const table = new Table(await loadFixture(deployChecked));
      const knowledge = { ...knowledgeOf(TRUTH), outputIds: new Map() };
      const match = { ...paddingUnits(), challenger: byKnowledge(knowledge, "challenger") };
      expect(await winner(table, match, [])).to.equal("challenger");
    });

    it("wins if it picks the leftmost difference of the trace, and else loses", async () => {
      const table = new Table(await loadFixture(deployChecked));
      const match = lying("an element, and what follows from it", NODE.sum);
      expect(await winner(table, match, ["worker"])).to.equal("challenger");

      const { trace } = match.claim.show(0);
      const shown = TRUTH.traces[0].ids.map((_, index) => trace.node(0, index));
      const careless = byKnowledge(overlooking(shown, NODE.sum), "challenger");
      const played = { ...match, challenger: careless };
      expect(await winner(table, played, ["challenger"])).to.equal("worker");
    });
  });
});

async function deployChecked(): Promise<Arena> {
  const arena = await deployArena();
  await registerModel(arena, TRUTH.model);
  return arena;
}

/** Who wins a match in which the moves of some sides may revert. */
async function winner(
  table: Table,
  { claim, descent, worker, challenger }: Match,
  clumsy: readonly Side[],
): Promise<Side> {
  const job = await table.deliver(TRUTH, claim);
  const id = await table.challenge(job, descent);
  const { end } = await table.playOut({ id, worker, challenger, clumsy });
  return end?.outcome === Outcome.Proved ? "challenger" : "worker";
}
