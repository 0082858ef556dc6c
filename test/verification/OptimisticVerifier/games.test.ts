import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { Outcome, atOutputRoot, toUnit } from "../../../sdk/src/index";
import { ReferenceExecutor } from "../../../tensor/src/index";
import {
  challengeClaim,
  deliverClaim,
  deployArena,
  knowing,
  playOut,
  playing,
  registerModel,
  resultsOf,
  trueTraces,
} from "../../shared/arena";
import { randomInput, randomProgram } from "../../shared/randomProgram";
import type { Tensor } from "../../../tensor/src/index";

describe("OptimisticVerifier", () => {
  it("lets an honest challenger win from the root and from the unit", async () => {
    const arena = await loadFixture(deployArena);
    const model = randomProgram(3, { instructions: 8 });
    await registerModel(arena, model);
    const inputs = [1, 2, 3, 4, 5].map((seed) => randomInput(seed, model));
    const honest = trueTraces(model, inputs);
    const results = new ReferenceExecutor().trace(model, inputs[3]);
    const last = results[results.length - 1];
    const wrong: Tensor = { ...last, data: last.data.slice() };
    wrong.data[0] ^= 1;
    const lies = [...honest];
    lies[3] = resultsOf([...results.slice(0, -1), wrong]);
    const claimed = lies.map(({ ids }) => ids[ids.length - 1]);
    const truth = knowing(model, inputs, honest);
    const lie = knowing(model, inputs, lies);
    for (const direct of [false, true]) {
      const job = await deliverClaim(arena, model, inputs, claimed);
      const descent = direct ? toUnit(claimed, 3) : atOutputRoot(job.job);
      const { id } = await challengeClaim(arena, job, descent);
      const { end, events } = await playOut(
        arena,
        id,
        playing(lie, "worker"),
        playing(truth, "challenger"),
      );
      expect(end?.outcome).to.equal(Outcome.Proved);
      expect(events.map(({ name }) => name)).to.include("ElementComputed");
    }
    const job = await deliverClaim(
      arena,
      model,
      inputs,
      honest.map(({ ids }) => ids[ids.length - 1]),
    );
    const { id } = await challengeClaim(arena, job, atOutputRoot(job.job));
    const { end } = await playOut(arena, id, playing(truth, "worker"), playing(lie, "challenger"));
    expect(end?.outcome).to.equal(Outcome.Refuted);
  });
});
