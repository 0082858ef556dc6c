import { deliverClaim, deployArena, knowing, registerModel, trueTraces } from "./arena";
import { randomInput, randomProgram } from "./randomProgram";

/** A delivered job of three units whose outputs are right, and what an honest side knows of it. */
export async function deployRightClaim() {
  const arena = await deployArena();
  const model = randomProgram(3, { instructions: 8 });
  await registerModel(arena, model);
  const inputs = [1, 2, 3].map((seed) => randomInput(seed, model));
  const traces = trueTraces(model, inputs);
  const ids = traces.map(({ ids: [...all] }) => all[all.length - 1]);
  const job = await deliverClaim(arena, model, inputs, ids);
  return { arena, job, ids, truth: knowing(model, inputs, traces) };
}
