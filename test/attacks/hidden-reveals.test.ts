import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { AbiCoder, concat, dataLength, dataSlice, id as hashOf, keccak256, toBeHex } from "ethers";

import {
  Outcome,
  Stage,
  abi,
  asHex,
  atOutputRoot,
  challengeJobCall,
  getGame,
  headerWord,
  sendCall,
  toUnit,
} from "../../sdk/src/index";
import { MerkleTree, listRoot, layoutOf, roundLevels } from "../../tensor/src/index";
import type { ErgonClient } from "../../sdk/src/index";
import type { Hex } from "../../tensor/src/index";
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
} from "../shared/arena";
import { randomInput, randomProgram } from "../shared/randomProgram";
import type { Strategy } from "../shared/arena";

const UNIT = 3;

/** Calls that the verifier takes for a batch of one call, and that no decoder reads. */
const DISGUISES: Record<string, (call: Hex) => Hex> = {
  "a batch that ends where its call ends": (call) => {
    const batch = abi.optimisticVerifier.encodeFunctionData("batch", [[call]]);
    const padding = (32 - (dataLength(call) % 32)) % 32;
    return asHex(dataSlice(batch, 0, dataLength(batch) - padding));
  },
  "a batch whose call stands before its list": (call) => {
    const item = dataSlice(AbiCoder.defaultAbiCoder().encode(["bytes"], [call]), 32);
    const list = BigInt(32 + dataLength(item));
    const back = (1n << 256n) - list;
    const words = [list, 1n, back].map((word) => toBeHex(word, 32));
    const { selector } = abi.optimisticVerifier.getFunction("batch");
    return asHex(concat([selector, words[0], item, words[1], words[2]]));
  },
};

async function lieFixture() {
  const arena = await deployArena();
  const model = randomProgram(3, { instructions: 8 });
  await registerModel(arena, model);
  const inputs = [1, 2, 3, 4, 5].map((seed) => randomInput(seed, model));
  const honest = trueTraces(model, inputs);
  const trueIds = honest.map(({ ids }) => ids[ids.length - 1]);
  const output = model.program.nodes[model.program.nodes.length - 1];

  /** What a side claims that has another output id for one unit, below which there is nothing. */
  const claiming = (id: Hex) => {
    const { ids, result } = honest[UNIT];
    const lie = [...ids.slice(0, -1), id];
    const traces = honest.with(UNIT, { ids: lie, tree: MerkleTree.ofList(lie), result });
    return { ids: trueIds.with(UNIT, id), knowledge: knowing(model, inputs, traces) };
  };
  /** What a side holds for true that miscomputed one element of one unit's output. */
  const mistaken = () => {
    const results = honest[UNIT].ids.map((_, index) => honest[UNIT].result(index));
    const last = results[results.length - 1];
    const wrong = { ...last, data: last.data.map((value, i) => (i === 0 ? value ^ 1 : value)) };
    return knowing(model, inputs, honest.with(UNIT, resultsOf(results.with(-1, wrong))));
  };
  return {
    arena,
    model,
    inputs,
    output,
    trueIds,
    truth: knowing(model, inputs, honest),
    claiming,
    mistaken,
  };
}

/*
A reveal that shows nothing
├── it is none of a tensor, whatever bits its header has
├── it is none of a list, whatever bits its header has
└── it is read all the same in a call that no decoder reads
   ├── so a lie cannot hide behind it
   └── so a challenger cannot keep an honest worker from answering
*/
describe("A reveal that shows nothing", () => {
  /** The children, and the word that with their root hashes to a node which looks revealed. */
  const forge = (header: bigint, count: number) => {
    const children = Array.from({ length: count }, (_, i) => asHex(hashOf(`nothing ${i}`)));
    const word = header | (BigInt(count) << 128n);
    const pair = concat([toBeHex(word, 32), listRoot(children)]);
    return { word, children, node: asHex(keccak256(pair)) };
  };

  it("is none of a tensor, whatever bits its header has", async () => {
    const { arena, model, inputs, output, truth, claiming } = await loadFixture(lieFixture);
    const count = 2 ** roundLevels(layoutOf(output).depth);
    const { word, children, node } = forge(headerWord(output), count);
    const { ids, knowledge } = claiming(node);
    const job = await deliverClaim(arena, model, inputs, ids);
    const { id } = await challengeClaim(arena, job, toUnit(ids, UNIT));
    let shown = false;
    const liar: Strategy = async (at, record) => {
      if (record.game.stage !== Stage.Tensor) return playing(knowledge, "worker")(at, record);
      const moves = shown ? [] : [{ name: "reveal", header: word, children } as const];
      shown = true;
      return moves;
    };
    const { end } = await playOut(arena, id, liar, playing(truth, "challenger"));
    expect(shown).to.equal(true);
    expect(end?.outcome).to.equal(Outcome.Proved);
  });

  it("is none of a list, whatever bits its header has", async () => {
    const { arena, model, inputs, truth } = await loadFixture(lieFixture);
    const { word, children } = forge(0n, 2);
    const ids = [asHex(toBeHex(word, 32)), listRoot(children)];
    const job = await deliverClaim(arena, model, inputs.slice(0, 2), ids);
    const { id } = await challengeClaim(arena, job, atOutputRoot(job.job));
    let shown = false;
    const liar: Strategy = async () => {
      const moves = shown ? [] : [{ name: "reveal", header: word, children } as const];
      shown = true;
      return moves;
    };
    const { end } = await playOut(arena, id, liar, playing(truth, "challenger"));
    expect(end?.outcome).to.equal(Outcome.Proved);
  });

  for (const [name, disguise] of Object.entries(DISGUISES)) {
    context(`given ${name}`, () => {
      it("a lie cannot hide behind it", async () => {
        const { arena, model, inputs, truth, claiming } = await loadFixture(lieFixture);
        const { ids, knowledge } = claiming(asHex(hashOf("no tensor")));
        const job = await deliverClaim(arena, model, inputs, ids);
        const { id } = await challengeClaim(arena, job, atOutputRoot(job.job));
        const liar = hidingReveals(playing(knowledge, "worker"), arena.players.worker, disguise);
        const { end, game } = await playOut(arena, id, liar, playing(truth, "challenger"));
        expect(game.stage).to.equal(Stage.Tensor);
        expect(end?.outcome).to.equal(Outcome.Proved);
      });

      it("a challenger cannot keep an honest worker from answering", async () => {
        const { arena, model, inputs, trueIds, truth, mistaken } = await loadFixture(lieFixture);
        const { challenger } = arena.players;
        const job = await deliverClaim(arena, model, inputs, trueIds);
        const call = challengeJobCall(challenger.addresses, {
          job,
          descent: toUnit(trueIds, UNIT),
          maxBond: 10n ** 12n,
        });
        await sendCall(challenger, { ...call, data: disguise(call.data) });
        const id = (job.id << 32n) | 1n;
        const ahead = hidingReveals(playing(truth, "challenger"), challenger, disguise);
        const worker: Strategy = async (at, record) => {
          await ahead(at, record);
          return playing(truth, "worker")(at, await getGame(challenger, { id }));
        };
        const { end } = await playOut(arena, id, worker, playing(mistaken(), "challenger"));
        expect(end?.outcome).to.equal(Outcome.Refuted);
      });
    });
  }
});

/** Plays like `strategy`, but sends what it reveals itself, in disguise. */
function hidingReveals(
  strategy: Strategy,
  client: ErgonClient,
  disguise: (call: Hex) => Hex,
): Strategy {
  return async (arena, record) => {
    const moves = await strategy(arena, record);
    for (const move of moves) {
      if (move.name !== "reveal") continue;
      const { header, children } = move;
      const data = abi.optimisticVerifier.encodeFunctionData("reveal", [header, [...children]]);
      await sendCall(client, {
        to: client.addresses.optimisticVerifier,
        data: disguise(asHex(data)),
      });
    }
    return moves.filter(({ name }) => name !== "reveal");
  };
}
