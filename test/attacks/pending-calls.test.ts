import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import {
  atOutputRoot,
  demandOutputCall,
  getBoard,
  getGame,
  getJob,
  revealCall,
  roundOf,
  toUnit,
} from "../../sdk/src/index";
import type { Board, Call } from "../../sdk/src/index";
import { MerkleTree } from "../../tensor/src/index";
import { challengeClaim } from "../shared/arena";
import { deployRightClaim } from "../shared/rightClaim";
import { playerOf } from "../worker/support/players";

const BLOCKS = 6;
type Claim = Awaited<ReturnType<typeof deployRightClaim>>;

const PIECE = { unit: 0n, firstWord: 0n, wordsLog2: 0n };

/*
What somebody leaves pending and has never mined
├── a reveal that makes the worker's own look cheap: the worker's has gas enough, and is mined
└── a demand that makes the worker's trace look stale: the worker sends it all the same
*/
describe("What somebody leaves pending and has never mined", () => {
  const { provider } = ethers;
  afterEach(() => provider.send("evm_setAutomine", [true]));

  /** Plays the worker's side for some blocks, in front of each of which a call waits in vain. */
  async function playBehind(
    { arena, truth }: Claim,
    id: bigint,
    call: Call,
    isDone: (board: Board) => Promise<boolean>,
  ): Promise<boolean> {
    const { challenger, worker } = arena.players;
    const player = await playerOf(3, worker.addresses, "worker");
    await provider.send("evm_setAutomine", [false]);
    for (let block = 0; block < BLOCKS; block++) {
      const { hash } = await arena.challenger.sendTransaction({ ...call, gasLimit: 300_000 });
      await player.turn([id], truth);
      // whoever builds the block is given another transaction with the same nonce
      await provider.send("hardhat_dropTransaction", [hash]);
      await provider.send("evm_mine", []);
      if (await isDone(await getBoard(challenger, await getGame(challenger, { id })))) return true;
    }
    return false;
  }

  it("a reveal: the worker's own has gas enough, and is mined", async () => {
    const claim = await loadFixture(deployRightClaim);
    const { arena, job, ids } = claim;
    const { challenger } = arena.players;
    const { id } = await challengeClaim(arena, job, atOutputRoot(job.job));
    const tree = MerkleTree.ofList(ids);
    const children = tree.descendants(tree.depth, 0, tree.depth);
    const call = revealCall(challenger.addresses, { header: 0n, children });
    const answered = await playBehind(claim, id, call, async (board) => {
      const round = roundOf(board);
      return round !== undefined && (await board.revealedAt(round.key)) !== undefined;
    });
    expect(answered).to.equal(true);
  });

  it("a demand: the worker sends its trace all the same", async () => {
    const claim = await loadFixture(deployRightClaim);
    const { arena, job, ids } = claim;
    const { challenger, stranger } = arena.players;
    const { id } = await challengeClaim(arena, job, toUnit(ids, 1));
    const record = await getJob(stranger, { id: job.id });
    const call = demandOutputCall(challenger.addresses, { job: record, piece: PIECE });
    const committed = await playBehind(claim, id, call, async ({ trace }) => trace !== undefined);
    expect(committed).to.equal(true);
  });
});
