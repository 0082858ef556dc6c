import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { idOf, ledgerFixture, words } from "./fixture";

const [RETURN, REVERT, BURN, FLOOD] = [0n, 1n, 2n, 3n];
const NAME = "0x06fdde03";
const SYMBOL = "0x95d89b41";
const DECIMALS = "0x313ce567";

/*
Ledger, metadata
├── given an ordinary token: it says what the token says
├── given a token with 32-byte texts: it cuts them at the first zero byte
├── given texts of 256 bytes and of 257: it passes the first and leaves out the second
├── given malformed texts: it says nothing
├── given decimals of 255 and of 256: it passes the first and says zero for the second
├── given a token that reverts, burns all gas or answers without end: it says nothing
└── given an id of no token: it says nothing
*/
describe("Ledger", () => {
  describe("metadata", () => {
    async function replyFixture() {
      const { ledger } = await ledgerFixture();
      const token = await ethers.deployContract("ReplyToken");
      const id = await idOf(token);
      return { ledger, token, id };
    }
    const abiString = (value: string) =>
      ethers.AbiCoder.defaultAbiCoder().encode(["string"], [value]);

    it("says what an ordinary token says", async () => {
      const { ledger, id } = await loadFixture(ledgerFixture);
      expect(await ledger.name(id)).to.equal("Test Dollar");
      expect(await ledger.symbol(id)).to.equal("TUSD");
      expect(await ledger.decimals(id)).to.equal(6n);
    });

    it("cuts 32-byte texts at the first zero byte", async () => {
      const { ledger, token, id } = await loadFixture(replyFixture);
      await token.setReply(NAME, RETURN, ethers.encodeBytes32String("Maker"));
      await token.setReply(SYMBOL, RETURN, ethers.hexlify(ethers.toUtf8Bytes("M".repeat(32))));
      expect(await ledger.name(id)).to.equal("Maker");
      expect(await ledger.symbol(id)).to.equal("M".repeat(32));
    });

    it("passes texts of 256 bytes and leaves out longer ones", async () => {
      const { ledger, token, id } = await loadFixture(replyFixture);
      await token.setReply(NAME, RETURN, abiString("n".repeat(256)));
      await token.setReply(SYMBOL, RETURN, abiString("s".repeat(257)));
      expect(await ledger.name(id)).to.equal("n".repeat(256));
      expect(await ledger.symbol(id)).to.equal("");
    });

    it("says nothing given malformed texts", async () => {
      const { ledger, token, id } = await loadFixture(replyFixture);
      const text = ethers.encodeBytes32String("text");
      const malformed = [
        "0x",
        "0x1234",
        words(32n, 33n, text),
        words(32n, ethers.MaxUint256, text),
        words(64n, 4n, text),
        words(ethers.MaxUint256, 4n, text),
        words(32n, 1n),
      ];
      for (const reply of malformed) {
        await token.setReply(NAME, RETURN, reply);
        expect(await ledger.name(id), reply).to.equal("");
      }
      await token.setReply(NAME, RETURN, words(32n, 4n, text));
      expect(await ledger.name(id)).to.equal("text");
    });

    it("passes decimals of 255 and says zero for 256", async () => {
      const { ledger, token, id } = await loadFixture(replyFixture);
      for (const [reply, decimals] of [
        [words(255n), 255n],
        [words(256n), 0n],
        [words(ethers.MaxUint256), 0n],
        ["0x12", 0n],
      ] as const) {
        await token.setReply(DECIMALS, RETURN, reply);
        expect(await ledger.decimals(id)).to.equal(decimals);
      }
    });

    it("says nothing given a token that reverts, burns all gas or answers without end", async () => {
      const { ledger, token, id } = await loadFixture(replyFixture);
      await token.setReply(NAME, REVERT, abiString("No"));
      await token.setReply(SYMBOL, BURN, "0x");
      await token.setReply(DECIMALS, REVERT, words(18n));
      expect(await ledger.name(id)).to.equal("");
      expect(await ledger.symbol(id)).to.equal("");
      expect(await ledger.decimals(id)).to.equal(0n);
      expect(await ledger.symbol.estimateGas(id)).to.be.lessThan(200_000n);

      await token.setReply(NAME, FLOOD, "0x");
      expect(await ledger.name(id)).to.equal("");
      expect(await ledger.name.estimateGas(id)).to.be.lessThan(400_000n);
    });

    it("says nothing given an id of no token", async () => {
      const { ledger, id } = await loadFixture(ledgerFixture);
      for (const none of [id + (1n << 160n), ethers.MaxUint256, 0n, 0xdeadn]) {
        expect(await ledger.name(none)).to.equal("");
        expect(await ledger.symbol(none)).to.equal("");
        expect(await ledger.decimals(none)).to.equal(0n);
      }
    });
  });
});
