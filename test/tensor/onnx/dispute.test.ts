import { expect } from "chai";
import { dataLength } from "ethers";
import { ethers } from "hardhat";
import {
  Outcome,
  challengersShare,
  getJob,
  totalBondOf,
  totalPriceOf,
} from "../../../sdk/src/index";
import { deployArena, registerModel } from "../../shared/arena";
import { deliverLie, outputOf, playDispute } from "../../shared/disputes";
import { recogniserLie } from "../../shared/recogniser";
import type { JobRecord } from "../../../sdk/src/index";
import type { Arena } from "../../shared/arena";
import type { Lie, Played } from "../../shared/disputes";

const TIMEOUT_MS = 300_000;
/** Most gas of a transaction by EIP-7825, and most bytes of one that common nodes take. */
const [MOST_GAS, MOST_BYTES] = [2n ** 24n, 128 * 1_024];

/*
lines of text that a worker read, one of them with a wrong sum in the node whose elements take the most data to check
├── ends in an output that is false, and no other is
├── the chain computes that sum, and the game is proved
├── the client has its price back, the provider loses its bond, the challenger has a tenth of it and the rest is held
└── every transaction is one that blocks and nodes take
*/
describe("lines of text that a worker read, one of them with a wrong sum in the node whose elements take the most data to check", function () {
  this.timeout(TIMEOUT_MS);
  let arena: Arena;
  let lie: Lie;
  let job: JobRecord;
  let played: Played;
  let [opening, closing]: Balances[] = [];

  before(async () => {
    lie = await recogniserLie();
    arena = await deployArena();
    await registerModel(arena, lie.model);
    opening = await balancesOf(arena);
    const dispute = await deliverLie(arena, lie);
    played = await playDispute(arena, dispute, true);
    job = await getJob(arena.players.stranger, { id: dispute.job.id });
    closing = await balancesOf(arena);
  });

  it("ends in an output that is false, and no other is", () => {
    const { unit, outputIds, truth } = lie;
    expect(outputOf(truth), "what the executor gave").to.equal(outputIds[unit]);
    expect(outputOf(lie.lie)).not.to.equal(outputIds[unit]);
  });

  it("the chain computes that sum, and the game is proved", () => {
    const { game } = played;
    expect(game.end?.outcome).to.equal(Outcome.Proved);
    const picked = game.events.find(({ name }) => name === "NodePicked");
    const computed = game.events.find(({ name }) => name === "ElementComputed");
    if (picked?.name !== "NodePicked" || computed?.name !== "ElementComputed") {
      throw new Error("nothing was computed");
    }
    const [node, element] = [Number(picked.index), Number(computed.col)];
    expect(lie.model.program.nodes[node]).to.include({ op: "dot", dtype: "i32" });
    expect(computed.row).to.equal(0n);
    expect(computed.computed).to.equal(BigInt(lie.truth.result(node).data[element]));
    expect(computed.claimed).to.equal(BigInt(lie.lie.result(node).data[element]));
    expect(computed.claimed).not.to.equal(computed.computed);
  });

  it("the client has its price back, the provider loses its bond, the challenger has a tenth of it and the rest is held", () => {
    const [price, bond] = [totalPriceOf(job.job), totalBondOf(job.job)];
    const reward = challengersShare(bond);
    expect(reward).to.equal(bond / 10n);
    expect(job.end).to.include({ name: "JobSlashed", refund: price, reward, held: bond - reward });
    expect(closing).to.deep.equal({
      ...opening,
      provider: opening.provider - bond,
      challenger: opening.challenger + reward,
      escrow: opening.escrow + bond - reward,
    });
  });

  it("every transaction is one that blocks and nodes take", async () => {
    for (const { moves, receipt } of played.sent) {
      const transaction = await ethers.provider.getTransaction(receipt.hash);
      expect(receipt.gasUsed, moves).to.be.lessThan(MOST_GAS);
      expect(dataLength(transaction?.data ?? "0x"), moves).to.be.lessThan(MOST_BYTES);
    }
  });
});

type Balances = Readonly<
  Record<"client" | "provider" | "challenger" | "treasury" | "escrow", bigint>
>;

/** What everybody has in the Ledger, in payment-token units. */
async function balancesOf(arena: Arena): Promise<Balances> {
  const { ledger, tokenAddress, client, provider, challenger, treasury, escrow } = arena;
  const of = (account: typeof client | typeof escrow) =>
    ledger.balanceOf(account, BigInt(tokenAddress));
  return {
    client: await of(client),
    provider: await of(provider),
    challenger: await of(challenger),
    treasury: await of(treasury),
    escrow: await of(escrow),
  };
}
