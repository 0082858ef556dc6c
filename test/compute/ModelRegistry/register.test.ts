import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { modelId, programRoot, programWork, traceBytes } from "../../../tensor/src/index";
import { convolutionalProgram, programWords } from "../../shared/programs";
import { CARD, modelRegistryFixture, tensorVerdict } from "./fixture";
import { headerWord } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";
import type { NodeWords } from "../../shared/programs";

const PROGRAM = convolutionalProgram(64);
const WORDS = programWords(PROGRAM);
const MODEL_ID = modelId(PROGRAM);
const UNKNOWN = ethers.id("unknown model");

/*
ModelRegistry.register
├── it emits ModelRegistered with what it computed, and CardSet
├── it keeps the model for modelOf, headersOf and isRegistered (MR-3)
├── it leaves the whole program in the transaction's data
├── given the program again, by anybody: it reverts with ModelRegistryModelTaken
├── given another program by the same author: it registers both
├── given an empty card: it registers
├── given a wrong program: it keeps nothing
└── modelOf, headersOf, isRegistered given an unknown id: they revert, the last says no
*/
describe("ModelRegistry", () => {
  describe("register", () => {
    async function registeredFixture() {
      const base = await modelRegistryFixture();
      const receipt = await (await base.registry.register(WORDS, CARD)).wait();
      return { ...base, receipt };
    }

    it("emits ModelRegistered with what it computed, and CardSet", async () => {
      const { registry, author } = await loadFixture(modelRegistryFixture);
      const last = PROGRAM.nodes[PROGRAM.nodes.length - 1];
      await expect(registry.register(WORDS, CARD))
        .to.emit(registry, "ModelRegistered")
        .withArgs(
          MODEL_ID,
          author.address,
          programRoot(PROGRAM),
          64,
          programWork(PROGRAM),
          traceBytes(PROGRAM),
          headerWord(PROGRAM.nodes[0]),
          headerWord(last),
        )
        .and.to.emit(registry, "CardSet")
        .withArgs(MODEL_ID, CARD.uri, CARD.digest, CARD.weightsUri);
    });

    it("keeps the model for modelOf, headersOf and isRegistered (MR-3)", async () => {
      const { registry, author } = await loadFixture(registeredFixture);
      const model = await registry.modelOf(MODEL_ID);
      const [inputHeader, outputHeader] = [PROGRAM.nodes[0], PROGRAM.nodes[63]].map(headerWord);
      expect([...model]).to.deep.equal([
        programRoot(PROGRAM),
        author.address,
        BigInt(await time.latest()),
        64n,
        inputHeader,
        outputHeader,
      ]);
      const headers = [...(await registry.headersOf(MODEL_ID))];
      expect(headers).to.deep.equal([inputHeader, outputHeader]);
      expect(await registry.isRegistered(MODEL_ID)).to.be.true;
    });

    it("leaves the whole program in the transaction's data", async () => {
      const { registry, receipt } = await loadFixture(registeredFixture);
      const transaction = await receipt?.getTransaction();
      const call = registry.interface.parseTransaction({ data: transaction?.data ?? "0x" });
      const nodes = call?.args[0].toArray(true) as NodeWords[];
      expect(tensorVerdict(nodes)).to.equal(MODEL_ID);
    });

    it("given the program again, by anybody: reverts with ModelRegistryModelTaken", async () => {
      const { registry, author, stranger } = await loadFixture(registeredFixture);
      for (const signer of [author, stranger]) {
        await expect(registry.connect(signer).register(WORDS, CARD))
          .to.be.revertedWithCustomError(registry, "ModelRegistryModelTaken")
          .withArgs(MODEL_ID, author.address);
      }
    });

    it("given another program by the same author: registers both", async () => {
      const { registry } = await loadFixture(registeredFixture);
      const other = convolutionalProgram(65);
      await registry.register(programWords(other), CARD);
      expect(await registry.isRegistered(MODEL_ID)).to.be.true;
      expect(await registry.isRegistered(modelId(other))).to.be.true;
    });

    it("given an empty card: registers", async () => {
      const { registry } = await loadFixture(modelRegistryFixture);
      const empty = { uri: "", digest: ethers.ZeroHash, weightsUri: "" };
      await expect(registry.register(WORDS, empty))
        .to.emit(registry, "CardSet")
        .withArgs(MODEL_ID, "", ethers.ZeroHash, "");
    });

    it("given a wrong program: keeps nothing", async () => {
      const { registry } = await loadFixture(modelRegistryFixture);
      await expect(registry.register([...WORDS, WORDS[0]], CARD))
        .to.be.revertedWithCustomError(registry, "ProgramInputMisplaced")
        .withArgs(64, 0);
      expect(await registry.isRegistered(MODEL_ID)).to.be.false;
      await registry.register(WORDS, CARD);
    });

    it("modelOf, headersOf, isRegistered given an unknown id: revert, the last says no", async () => {
      const { registry } = await loadFixture(registeredFixture);
      // The right digest with another work is another id.
      const forged = `0x${(BigInt(MODEL_ID) ^ (1n << 40n)).toString(16)}` as Hex;
      for (const id of [UNKNOWN, ethers.ZeroHash, forged]) {
        for (const read of [registry.modelOf, registry.headersOf]) {
          await expect(read(id))
            .to.be.revertedWithCustomError(registry, "ModelRegistryModelUnknown")
            .withArgs(id);
        }
        expect(await registry.isRegistered(id)).to.be.false;
      }
    });
  });
});
