import { expect } from "chai";
import { FakeChain } from "./support/fakeChain";
import { memoryLog } from "./support/log";
import { expectError } from "./support/rejection";
import { followChain } from "../../worker/src/chain/follow";
import type { Cursor, Reader } from "../../worker/src/chain/follow";

const FOREIGN = `0x${"ff".repeat(32)}` as const;

/** A reader that stands at a block which is not on the chain any more. */
class Lost implements Reader<string> {
  positions: readonly Cursor[] = [{ number: 3, hash: FOREIGN }];
  readonly entries: string[] = [];

  async cursor(): Promise<readonly Cursor[]> {
    return this.positions;
  }

  async advance(positions: readonly Cursor[], entries: readonly string[]): Promise<void> {
    this.positions = positions;
    this.entries.push(...entries);
  }

  async read(from: number, to: number): Promise<readonly string[]> {
    return [`read ${from} to ${to}`];
  }

  rolledBack(block: number): readonly string[] {
    return [`back to ${block}`];
  }
}

describe("followChain", () => {
  let chain: FakeChain;
  let reader: Lost;

  beforeEach(() => {
    [chain, reader] = [new FakeChain(), new Lost()];
    for (let i = 0; i < 5; i++) chain.mine();
  });

  describe("given that no block it remembers is on the chain any more", () => {
    it("takes back everything and reads from block 1 on", async () => {
      await followChain({ node: chain, log: memoryLog() }, 5, reader);
      expect(reader.entries).to.deep.equal(["back to 0", "read 1 to 5"]);
      expect(reader.positions.map(({ number }) => number)).to.deep.equal([0, 5]);
    });

    it("throws RPC, to be tried again, and changes nothing if the node has no block 0", async () => {
      const node = { block: async () => undefined };
      const follow = (): Promise<void> => followChain({ node, log: memoryLog() }, 5, reader);
      const { message, retryable } = await expectError(follow, "ChainError", "RPC");
      expect(message).to.equal("the node has no block 0");
      expect(retryable).to.equal(true);
      expect(reader.entries).to.deep.equal([]);
    });
  });
});
