import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { concat, dataLength, toBeHex, toTwos, zeroPadBytes } from "ethers";
import {
  abi,
  asHex,
  atOutputRoot,
  challengeJobCall,
  childrenIn,
  getGame,
  readReveal,
  wordOf,
} from "../../sdk/src/index";
import { listRoot } from "../../tensor/src/index";
import {
  deliverClaim,
  deployArena,
  knowing,
  playing,
  registerModel,
  trueTraces,
} from "../shared/arena";
import { randomInput, randomProgram } from "../shared/randomProgram";
import type { Hex } from "../../tensor/src/index";
import type { Arena } from "../shared/arena";

const WORD = 32;
const CHILDREN = [1n, 2n, 3n, 4n].map(wordOf);
const KEY = { node: listRoot(CHILDREN), header: 0n, count: 4 };
const REVEAL = reveal(CHILDREN);
const BATCH = abi.optimisticVerifier.getFunction("batch").selector;

/** Ways to encode a call that the verifier takes. */
const ENCODINGS: readonly [string, Hex][] = [
  ["of a call", REVEAL],
  ["of a batch", batch("0x", REVEAL)],
  ["of a batch in a batch", batch(batch("0x", REVEAL))],
  ["of a batch that ends without padding", unpadded(REVEAL)],
  ["of a batch whose items stand before their list", backwards(REVEAL)],
];

function reveal(children: Hex[]): Hex {
  return asHex(abi.optimisticVerifier.encodeFunctionData("reveal", [0n, children]));
}

function batch(...items: Hex[]): Hex {
  return asHex(abi.optimisticVerifier.encodeFunctionData("batch", [items]));
}

/** A batch of one item, cut off where the item ends. */
function unpadded(item: Hex): Hex {
  const head = [WORD, 1, WORD, dataLength(item)].map((value) => wordOf(BigInt(value)));
  return asHex(concat([BATCH, ...head, item]));
}

/** A batch of one item that stands before the list of items, at a negative offset. */
function backwards(item: Hex): Hex {
  const length = dataLength(item);
  const body = concat([
    wordOf(BigInt(length)),
    zeroPadBytes(item, Math.ceil(length / WORD) * WORD),
  ]);
  const list = WORD + dataLength(body);
  const offset = toBeHex(toTwos(BigInt(-dataLength(body) - WORD), 256), WORD);
  return asHex(concat([BATCH, wordOf(BigInt(list)), body, wordOf(1n), offset]));
}

async function send({ challenger, addresses }: Arena, data: Hex): Promise<void> {
  await (await challenger.sendTransaction({ to: addresses.optimisticVerifier, data })).wait();
}

describe("readReveal", () => {
  it("finds nothing that was not revealed", async () => {
    const { players } = await loadFixture(deployArena);
    expect(await readReveal(players.stranger, KEY)).to.equal(undefined);
  });

  for (const [name, data] of ENCODINGS) {
    it(`finds the children in the data ${name}`, async () => {
      const arena = await loadFixture(deployArena);
      await send(arena, data);
      const shown = await readReveal(arena.players.stranger, KEY);
      expect(shown?.children).to.deep.equal(CHILDREN);
    });
  }

  it("takes no other words that follow their number", () => {
    const others = reveal(CHILDREN.toReversed());
    expect(childrenIn(others, KEY)).to.equal(undefined);
    expect(childrenIn(batch(others, REVEAL), KEY)).to.deep.equal(CHILDREN);
  });

  it("takes no words beyond the end of the data", () => {
    expect(childrenIn(asHex(REVEAL.slice(0, -2)), KEY)).to.equal(undefined);
  });
});

describe("getBoard", () => {
  it("lets the worker answer a challenge that no decoder reads", async () => {
    const arena = await loadFixture(deployArena);
    const model = randomProgram(3);
    await registerModel(arena, model);
    const inputs = [randomInput(1, model)];
    const traces = trueTraces(model, inputs);
    const job = await deliverClaim(arena, model, inputs, [traces[0].ids[traces[0].ids.length - 1]]);
    const descent = atOutputRoot(job.job);
    const { data } = challengeJobCall(arena.addresses, { job, descent, maxBond: 10n ** 12n });
    await send(arena, unpadded(data));
    const game = await getGame(arena.players.worker, { id: (job.id << 32n) | 1n });
    const moves = await playing(knowing(model, inputs, traces), "worker")(arena, game);
    expect(moves.map(({ name }) => name)).to.deep.equal(["commitTrace", "reveal"]);
  });
});
