import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import {
  Outcome,
  Stage,
  auditJobs,
  getBoard,
  getGame,
  getJob,
  inputIdOf,
  isClaimOf,
  moveCall,
  playGame,
  recomputing,
  sample,
  secureRandom,
  toUnit,
  unitKnowledge,
} from "../../../sdk/src/index";
import { ProgramBuilder, ReferenceExecutor, tensor, tensorId } from "../../../tensor/src/index";
import {
  deliverClaim,
  deployArena,
  knowing,
  play,
  playing,
  registerModel,
  resultsOf,
} from "../../shared/arena";
import { createRandom } from "../../shared/random";
import { deployWallet } from "../../shared/wallet";
import { expectError } from "../../worker/support/rejection";
import { inputsOf, rerunner } from "./auditSupport";
import type { Model, Tensor } from "../../../tensor/src/index";

const INPUT = tensor("i8", 1, 4, [1, 2, 3, 4]);
/** What gives the false output. */
const SWAPPED = tensor("i8", 1, 4, [8, 8, 8, 8]);

/** A model whose output can be its next input: adds 1 to each element. */
function counter(): Model {
  const builder = new ProgramBuilder();
  const x = builder.input("x", "i8", 1, 4);
  const one = builder.constant("one", tensor("i8", 1, 1, [1]));
  builder.map.add("y", x, one, { dtype: "i8" });
  return builder.build();
}

/** Three units in a chain, of which the second is false and the third right for what it was given. */
async function deployChain() {
  const arena = await deployArena();
  const model = counter();
  await registerModel(arena, model);
  const run = (input: Tensor) => new ReferenceExecutor().trace(model, input);
  const first = run(INPUT);
  const second = run(first[2]);
  second[2] = tensor("i8", 1, 4, [9, 9, 9, 9]);
  const third = run(second[2]);
  const lies = [first, second, third].map(resultsOf);
  const outputIds = lies.map(({ ids }) => ids[2]);
  const job = await deliverClaim(arena, model, [INPUT], outputIds, { chained: true });
  const claim = { job, inputIds: [tensorId(INPUT)], outputIds };
  const inputs = [INPUT, first[2], second[2]];
  return { ...arena, model, job, claim, inputs, lie: knowing(model, [INPUT], lies, true) };
}

describe("sample", () => {
  it("takes as many as asked, each once, and all if there are fewer", () => {
    const items = [1, 2, 3, 4, 5];
    const chosen = sample(items, 3, secureRandom);
    expect(new Set(chosen).size).to.equal(3);
    expect(items).to.include.members(chosen);
    expect(sample(items, 9).toSorted()).to.deep.equal(items);
    expect(sample([], 1)).to.deep.equal([]);
  });

  it("throws INPUT for a bound above 2^48, below which it would favour some numbers", async () => {
    expect(secureRandom(2 ** 48)).to.be.lessThan(2 ** 48);
    await expectError(() => secureRandom(2 ** 48 + 1), "InputError", "INPUT");
  });

  it("takes what its source says", () => {
    expect(sample([1, 2, 3, 4], 2, () => 0)).to.deep.equal([1, 2]);
    expect(sample([1, 2, 3, 4], 2, (bound) => bound - 1)).to.deep.equal([4, 3]);
  });

  it("puts each item at each place equally often", () => {
    const random = createRandom(5);
    const counts = [0, 1, 2].map(() => [0, 0, 0, 0]);
    for (let i = 0; i < 12_000; i++) {
      const chosen = sample([0, 1, 2, 3], 3, (bound) => random.int(0, bound - 1));
      chosen.forEach((item, place) => counts[place][item]++);
    }
    for (const count of counts.flat()) expect(count).to.be.within(2_800, 3_200);
  });
});

describe("secureRandom", () => {
  it("gives every number below the bound and no other", () => {
    const seen = new Set(Array.from({ length: 500 }, () => secureRandom(5)));
    expect([...seen].toSorted()).to.deep.equal([0, 1, 2, 3, 4]);
    expect(secureRandom(1)).to.equal(0);
  });
});

describe("claims", () => {
  it("are of a job if all ids are behind its roots", async () => {
    const { claim } = await loadFixture(deployChain);
    expect(isClaimOf(claim)).to.equal(true);
    expect(isClaimOf({ ...claim, outputIds: claim.outputIds.slice(1) })).to.equal(false);
    expect(isClaimOf({ ...claim, inputIds: claim.outputIds.slice(0, 1) })).to.equal(false);
    expect(isClaimOf({ ...claim, inputIds: [...claim.inputIds, ...claim.inputIds] })).to.equal(
      false,
    );
  });
});

describe("unitKnowledge", () => {
  it("throws INPUT for another input", async () => {
    const { claim, model, inputs } = await loadFixture(deployChain);
    const parameters = { claim, model, unit: 1, input: inputs[2] };
    await expectError(() => unitKnowledge(parameters), "InputError", "INPUT");
  });

  it("throws GAME_INCONSISTENT when it is asked for another unit", async () => {
    const { claim, model, inputs } = await loadFixture(deployChain);
    const knowledge = unitKnowledge({ claim, model, unit: 1, input: inputs[1] });
    expect((await knowledge.trace(1)).ids).to.have.length(3);
    await expectError(() => knowledge.trace(0), "ErgonError", "GAME_INCONSISTENT");
  });
});

describe("auditJobs of a chained job", () => {
  it("holds each unit against the claimed output before it, and wins the game", async () => {
    const world = await loadFixture(deployChain);
    const { players, job, claim, model, inputs, stranger, lie } = world;
    const rightOf = (index: number) =>
      tensorId(new ReferenceExecutor().trace(model, inputs[index])[2]);
    const source = await rerunner(world, job.job, stranger, (id) =>
      rightOf(inputs.map(tensorId).indexOf(id)),
    );
    const { findings, challenges } = await auditJobs(players.challenger, {
      ...{ claims: [claim], source, share: 1, maxPrice: 10n ** 9n, maxBond: 10n ** 9n, pollMs: 1 },
      judge: recomputing({ model, inputOf: inputsOf(world) }),
    });
    expect(source.given[0].toSorted()).to.deep.equal(
      [0, 1, 2].map((unit) => inputIdOf(claim, unit)).toSorted(),
    );
    expect(findings.map(({ audited }) => audited.unit)).to.deep.equal([1]);
    const knowledge = unitKnowledge({ claim, model, unit: 1, input: inputs[1] });
    const id = challenges[0].game?.id ?? 0n;
    const [{ end }] = await Promise.all([
      playGame(players.challenger, { id, side: "challenger", knowledge, pollMs: 1 }),
      playGame(players.worker, { id, side: "worker", knowledge: lie, pollMs: 1 }),
    ]);
    expect(end?.outcome).to.equal(Outcome.Proved);
  });

  it("wins, with what it knows of one unit, against a worker that swaps the input", async () => {
    const world = await loadFixture(deployChain);
    const { players, job, claim, model, inputs, stranger, lie } = world;
    const source = await rerunner(world, job.job, stranger, () => job.job.outputRoot);
    const { challenges } = await auditJobs(players.challenger, {
      ...{ claims: [claim], source, share: 1, maxPrice: 10n ** 9n, maxBond: 10n ** 9n, pollMs: 1 },
      judge: recomputing({ model, inputOf: inputsOf(world) }),
    });
    const [challenge] = challenges.filter(({ claim: { job: of } }) => of.id === job.id);
    const swapped = resultsOf(new ReferenceExecutor().trace(model, SWAPPED));
    const knowledge = unitKnowledge({ claim, model, unit: 1, input: inputs[1] });
    const id = challenge.game?.id ?? 0n;
    const [{ end, events }] = await Promise.all([
      playGame(players.challenger, { id, side: "challenger", knowledge, pollMs: 1 }),
      playGame(players.worker, {
        ...{ id, side: "worker", knowledge: { ...lie, trace: async () => swapped }, pollMs: 1 },
      }),
    ]);
    expect(end?.outcome).to.equal(Outcome.Proved);
    expect(events.map(({ name }) => name)).to.include("LeafCompared");
  });

  it("wins so from a contract wallet too", async () => {
    const world = await loadFixture(deployChain);
    const { players, job, claim, model, inputs, lie } = world;
    const wallet = await deployWallet(world);
    const { id } = await wallet.challenge(job, toUnit(claim.outputIds, 1));
    const swapped = resultsOf(new ReferenceExecutor().trace(model, SWAPPED));
    const worker = playing({ ...lie, trace: async () => swapped }, "worker");
    const knowledge = unitKnowledge({ claim, model, unit: 1, input: inputs[1] });
    const challenger = playing(knowledge, "challenger");
    const begun = await getGame(players.stranger, { id });
    await play(world, begun, players.worker, await worker(world, begun));
    const [move] = await challenger(world, begun);
    expect(move.name).to.equal("pickInput");
    const { game, trace } = await getBoard(players.stranger, begun);
    const { job: frozen } = await getJob(players.stranger, { id: job.id });
    await wallet.execute(moveCall(world.addresses, { game, trace, job: frozen }, move));
    expect((await getGame(players.stranger, { id })).game.stage).to.equal(Stage.Proved);
  });
});
