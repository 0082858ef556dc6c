import { loadFixture, setCode, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { AbiCoder, id as hashOf, keccak256 } from "ethers";
import type { ContractTransactionResponse } from "ethers";

import { asHex, headerWord, revealTopic } from "../../../sdk/src/index";
import { listRoot, tensorIdOf } from "../../../tensor/src/index";
import { deployMarket } from "../../shared/market";
import type { Header, Hex } from "../../../tensor/src/index";

const COUNTS = [1, 2, 4, 8, 16, 32, 64];
const HEADER: Header = { dtype: "i16", rows: 5, cols: 70 };

function childrenOf(count: number, name = "child"): Hex[] {
  return Array.from({ length: count }, (_, i) => asHex(hashOf(`${name} ${i}`)));
}

async function revealsFixture() {
  const { optimisticVerifier: verifier, stranger, delegate } = await deployMarket();
  const contract = await ethers.deployContract("OwnedMaker", [stranger, 0n]);
  return { verifier, stranger, delegate, contract };
}

/*
Reveals.reveal
├── given the number of children is no power of two from 1 to 64
│  └── it reverts with RevealsInvalidCount
├── given no header
│  └── it records the node that the children are below, under their number alone
├── given a header
│  ├── it records the tensor, under that header and number alone
│  └── it records no more for a header with bits of a number of children
├── given the children were shown before
│  └── it keeps the time of the first reveal and emits nothing, whoever calls
├── when an account without code calls
│  ├── it emits Revealed without the children
│  └── it does so in a batch, for each
├── when a contract calls
│  └── it emits Revealed with the children, in a batch too
└── when an account with code calls
   └── it emits Revealed with the children
*/
describe("Reveals", () => {
  describe("reveal", () => {
    let the: Awaited<ReturnType<typeof revealsFixture>>;
    beforeEach(async () => {
      the = await loadFixture(revealsFixture);
    });

    const encode = (children: readonly Hex[]) =>
      the.verifier.interface.encodeFunctionData("reveal", [0n, [...children]]);
    const encodeBatch = (calls: string[]) =>
      the.verifier.interface.encodeFunctionData("batch", [calls]);

    /** Expects these reveals to be told of and no more, with their children or without. */
    async function expectRevealed(
      call: Promise<ContractTransactionResponse>,
      revealed: readonly { children: readonly Hex[]; header?: bigint; node?: Hex }[],
      shown: boolean,
    ): Promise<void> {
      const receipt = await (await call).wait();
      const events = (receipt?.logs ?? []).map((log) => the.verifier.interface.parseLog(log));
      expect(
        events.map((event) => [event?.name, ...(event?.args.toArray(true) ?? [])]),
      ).to.deep.equal(
        revealed.map(({ children, header = 0n, node = listRoot(children) }) => [
          "Revealed",
          revealTopic({ node, header, count: children.length }),
          shown ? children : [],
        ]),
      );
    }

    context("given the number of children is no power of two from 1 to 64", () => {
      it("reverts with RevealsInvalidCount", async () => {
        const { verifier } = the;
        for (const count of [0, 3, 5, 6, 7, 63, 65, 96, 128]) {
          for (const header of [0n, headerWord(HEADER)]) {
            await expect(verifier.reveal(header, childrenOf(count)))
              .to.be.revertedWithCustomError(verifier, "RevealsInvalidCount")
              .withArgs(count);
          }
        }
      });
    });

    context("given no header", () => {
      it("records the node that the children are below, under their number alone", async () => {
        const { verifier } = the;
        for (const count of COUNTS) {
          const children = childrenOf(count, `of ${count}`);
          const node = listRoot(children);
          await verifier.reveal(0n, children);
          const now = await time.latest();
          for (const other of [0, ...COUNTS, 128]) {
            const expected = other === count ? now : 0;
            expect(await verifier.revealedAt(node, 0n, other)).to.equal(expected);
            expect(await verifier.revealedAt(node, headerWord(HEADER), other)).to.equal(0n);
            expect(await verifier.revealedAt(children[0], 0n, other)).to.equal(
              count === 1 ? expected : 0,
            );
          }
        }
      });
    });

    context("given a header", () => {
      it("records the tensor, under that header and number alone", async () => {
        const { verifier } = the;
        const header = headerWord(HEADER);
        for (const count of COUNTS) {
          const children = childrenOf(count, `of ${count}`);
          const id = tensorIdOf(HEADER, listRoot(children));
          await expectRevealed(
            verifier.reveal(header, children),
            [{ children, header, node: id }],
            false,
          );
          const now = await time.latest();
          for (const other of [0, ...COUNTS, 128]) {
            expect(await verifier.revealedAt(id, header, other)).to.equal(
              other === count ? now : 0,
            );
            for (const wrong of [0n, header - 1n, header | (1n << 255n)]) {
              expect(await verifier.revealedAt(id, wrong, other)).to.equal(0n);
            }
            expect(await verifier.revealedAt(listRoot(children), header, other)).to.equal(0n);
          }
        }
      });

      it("records no more for a header with bits of a number of children", async () => {
        const { verifier } = the;
        for (const header of [0n, headerWord(HEADER)]) {
          for (const count of COUNTS) {
            for (const shift of [72n, 128n, 192n]) {
              const forged = header | (BigInt(count) << shift);
              const children = childrenOf(count);
              const node = nodeBelow(forged, listRoot(children));
              await verifier.reveal(forged, children);
              expect(await verifier.revealedAt(node, forged, count)).to.equal(await time.latest());
              for (const other of COUNTS) {
                expect(await verifier.revealedAt(node, header, other)).to.equal(0n);
              }
            }
          }
        }
      });
    });

    context("given the children were shown before", () => {
      it("keeps the time of the first reveal and emits nothing, whoever calls", async () => {
        const { verifier, stranger, contract } = the;
        const children = childrenOf(8);
        await verifier.reveal(0n, children);
        const first = await time.latest();
        const again = [
          verifier.reveal(0n, children),
          verifier.connect(stranger).reveal(0n, children),
          contract.execute(verifier, encode(children)),
          verifier.batch([encode(children)]),
        ];
        for (const call of again) await expectRevealed(call, [], false);
        expect(await time.latest()).to.be.above(first);
        expect(await verifier.revealedAt(listRoot(children), 0n, 8n)).to.equal(first);
      });
    });

    context("when an account without code calls", () => {
      it("emits Revealed without the children", async () => {
        const { verifier, stranger } = the;
        const children = childrenOf(16);
        await expectRevealed(
          verifier.connect(stranger).reveal(0n, children),
          [{ children }],
          false,
        );
      });

      it("does so in a batch, for each", async () => {
        const { verifier } = the;
        const lists = [childrenOf(4), childrenOf(2, "other"), childrenOf(4)];
        const nested = encodeBatch(lists.slice(1).map(encode));
        const calls = [encode(lists[0]), nested];
        const revealed = lists.slice(0, 2).map((children) => ({ children }));
        await expectRevealed(verifier.batch(calls), revealed, false);
      });
    });

    context("when a contract calls", () => {
      it("emits Revealed with the children, in a batch too", async () => {
        const { verifier, contract } = the;
        const [alone, inBatch] = [childrenOf(64), childrenOf(1)];
        await expectRevealed(
          contract.execute(verifier, encode(alone)),
          [{ children: alone }],
          true,
        );
        const batch = encodeBatch([encode(inBatch)]);
        await expectRevealed(contract.execute(verifier, batch), [{ children: inBatch }], true);
      });
    });

    context("when an account with code calls", () => {
      it("emits Revealed with the children", async () => {
        const { verifier, delegate, contract } = the;
        // EIP-7702: the account runs the contract's code, and still sends transactions.
        await setCode(delegate.address, `0xef0100${(await contract.getAddress()).slice(2)}`);
        const children = childrenOf(2);
        await expectRevealed(verifier.connect(delegate).reveal(0n, children), [{ children }], true);
      });
    });
  });
});

/** The node that a reveal with any word as header is about. */
function nodeBelow(header: bigint, root: Hex): Hex {
  const pair = AbiCoder.defaultAbiCoder().encode(["uint256", "bytes32"], [header, root]);
  return asHex(keccak256(pair));
}
