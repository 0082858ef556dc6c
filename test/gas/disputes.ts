import { WasmExecutor, tensorId } from "../../tensor/src/index";
import { atOutputRoot, sendCall } from "../../sdk/src/index";
import type { Hex, Model } from "../../tensor/src/index";
import { loadDigits } from "../../tensor/train/dataset";
import { loadDigitModel } from "../../tensor/train/files";
import { digitInput } from "../../tensor/train/quantizeDigits";
import { challengeClaim, deployArena, registerModel } from "../shared/arena";
import type { Arena } from "../shared/arena";
import { deliverLie, lieAt, outputOf, playDispute } from "../shared/disputes";
import type { Dispute } from "../shared/disputes";
import { recogniserLie } from "../shared/recogniser";
import { gasOf, sum } from "./measure";
import type { Gas } from "./measure";
import { largeProgram, stepProgram } from "./programs";
import type { DisputedModel } from "./programs";

/** What each transaction of a game cost, in order, by the moves in it. */
type Moves = readonly (readonly [moves: string, gas: Gas])[];

const STEPS = ["dot256", "dot1024", "dot4096", "map", "reduce1024", "view", "take"] as const;
const DIGITS = 100;

/** Measures moves and whole games. */
export async function measureDisputes(): Promise<Map<string, Gas>> {
  const arena = await warmArena();
  const steps = stepProgram();
  await registerModel(arena, steps.model);
  const measured = new Map<string, Gas>();
  for (const name of STEPS) {
    const moves = await play(arena, await oneUnit(arena, steps, name), false);
    measured.set(`step.${name}`, costOf(moves, "step"));
    if (name === "dot1024") measured.set("dispute.pick", costOf(moves, "pick"));
  }
  const single = await play(arena, await digitsCase(arena, 37), false);
  measured.set("dispute.challenge", costOf(single, "challenge"));
  measured.set("dispute.trace", costOf(single, "commitTrace"));
  measured.set("dispute.reveal64", await reveal64(arena));
  measured.set("dispute.digits", total(await play(arena, await digitsCase(arena, 58), true)));
  const large = largeProgram();
  await registerModel(arena, large.model);
  measured.set("dispute.1e9", total(await play(arena, await oneUnit(arena, large, "dot3"), true)));
  return new Map([...measured, ...(await measureRecogniser(arena))]);
}

/** The dearest game about a line of text. */
async function measureRecogniser(arena: Arena): Promise<Map<string, Gas>> {
  const lie = await recogniserLie();
  const registration = await registerModel(arena, lie.model);
  const single = await play(arena, await deliverLie(arena, lie), false);
  const batched = await play(arena, await deliverLie(arena, lie), true);
  return new Map([
    ["model.recogniser", await gasOf(registration)],
    ["step.recogniser", costOf(single, "step")],
    ["dispute.recogniser", total(batched)],
  ]);
}

/** An arena in use: a game is live, so that every account and counter was written before. */
async function warmArena(): Promise<Arena> {
  const arena = await deployArena();
  await registerModel(arena, loadDigitModel());
  const { job } = await digitsCase(arena, 12);
  await challengeClaim(arena, job, atOutputRoot(job.job), arena.players.stranger);
  return arena;
}

/** A hundred digits, one of which has a wrong number in the result of its largest product. */
async function digitsCase(arena: Arena, unit: number): Promise<Dispute> {
  const model = loadDigitModel();
  const inputs = loadDigits().heldOut.slice(0, DIGITS).map(digitInput);
  const outputIds = (await new WasmExecutor().run(model, inputs)).map(tensorId);
  const lie = lieAt(model, inputs[unit], largestProduct(model));
  return deliverLie(arena, { ...lie, inputs, outputIds, unit });
}

function largestProduct({ program }: Model): number {
  const sizes = program.nodes.map(({ op, rows, cols }) => (op === "dot" ? rows * cols : 0));
  return sizes.indexOf(Math.max(...sizes));
}

/** One unit with a wrong number in the result of the node of this name. */
async function oneUnit(
  arena: Arena,
  { model, input, nodeOf }: DisputedModel,
  name: string,
): Promise<Dispute> {
  const lie = lieAt(model, input, nodeOf.get(name) ?? -1);
  const outputIds = [outputOf(lie.truth)];
  return deliverLie(arena, { ...lie, inputs: [input], outputIds, unit: 0 });
}

async function play(arena: Arena, dispute: Dispute, batched: boolean): Promise<Moves> {
  const { sent } = await playDispute(arena, dispute, batched);
  return Promise.all(
    sent.map(async ({ moves, receipt }) => [moves, await gasOf(receipt)] as const),
  );
}

async function reveal64({ players: { worker } }: Arena): Promise<Gas> {
  const children = Array.from({ length: 64 }, (_, i) =>
    tensorId({ dtype: "i8", rows: 1, cols: 1, data: Int8Array.of(i) }),
  );
  const data = worker.optimisticVerifier.interface.encodeFunctionData("reveal", [0n, children]);
  const to = worker.addresses.optimisticVerifier;
  return gasOf(await sendCall(worker, { to, data: data as Hex }));
}

function costOf(moves: Moves, name: string): Gas {
  const found = moves.find(([moveName]) => moveName === name);
  if (found === undefined) throw new Error(`no ${name} was played`);
  return found[1];
}

function total(moves: Moves): Gas {
  return sum(...moves.map(([, gas]) => gas));
}
