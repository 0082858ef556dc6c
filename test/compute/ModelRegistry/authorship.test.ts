import { loadFixture, mine, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers, network } from "hardhat";

import { modelId } from "../../../tensor/src/index";
import { convolutionalProgram, programWords } from "../../shared/programs";
import { CARD, modelRegistryFixture } from "./fixture";

const PROGRAM = convolutionalProgram(16);
const WORDS = programWords(PROGRAM);
const MODEL_ID = modelId(PROGRAM);
const SALT = ethers.id("salt");
const OTHER_CARD = { uri: "https://other", digest: ethers.id("other"), weightsUri: "" };

/*
ModelRegistry, authorship
├── setCard
│  ├── given the author: it emits CardSet
│  ├── given anybody else: it reverts with ModelRegistryNotAuthor
│  └── given an unknown model: it reverts with ModelRegistryModelUnknown
├── commit
│  ├── it emits Committed and keeps the time
│  └── given the same commitment again: it reverts with ModelRegistryCommitmentTaken
└── claim
   ├── given a commitment before the registration of a copyist: it moves the authorship and sets the card
   │  └── the copyist can no longer set the card, nor claim it back
   ├── given a commitment sent by somebody else: it counts for the author inside
   ├── given two commitments: the earlier wins, whoever claims first
   ├── given a commitment in the block of the registration: it reverts with ModelRegistryCommitmentLate
   ├── given a commitment after the registration: it reverts with ModelRegistryCommitmentLate
   ├── given no commitment of the caller, or another salt: it reverts with ModelRegistryCommitmentUnknown
   ├── given the author of record: it moves only the time, to that of its commitment
   └── given an unknown model: it reverts with ModelRegistryModelUnknown
*/
describe("ModelRegistry", () => {
  describe("authorship", () => {
    async function registeredFixture() {
      const base = await modelRegistryFixture();
      await base.registry.register(WORDS, CARD);
      return base;
    }

    /** The author committed, and a stranger saw the program and registered it first. */
    async function copiedFixture() {
      const base = await modelRegistryFixture();
      const { registry, author, stranger } = base;
      await registry.commit(await registry.commitmentOf(author, MODEL_ID, SALT));
      const committedAt = await time.latest();
      await mine();
      await registry.connect(stranger).register(WORDS, OTHER_CARD);
      return { ...base, committedAt };
    }

    context("setCard", () => {
      it("given the author: emits CardSet", async () => {
        const { registry } = await loadFixture(registeredFixture);
        await expect(registry.setCard(MODEL_ID, OTHER_CARD))
          .to.emit(registry, "CardSet")
          .withArgs(MODEL_ID, OTHER_CARD.uri, OTHER_CARD.digest, OTHER_CARD.weightsUri);
      });

      it("given anybody else: reverts with ModelRegistryNotAuthor", async () => {
        const { registry, author, stranger } = await loadFixture(registeredFixture);
        await expect(registry.connect(stranger).setCard(MODEL_ID, OTHER_CARD))
          .to.be.revertedWithCustomError(registry, "ModelRegistryNotAuthor")
          .withArgs(MODEL_ID, stranger.address, author.address);
      });

      it("given an unknown model: reverts with ModelRegistryModelUnknown", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        await expect(registry.setCard(MODEL_ID, CARD))
          .to.be.revertedWithCustomError(registry, "ModelRegistryModelUnknown")
          .withArgs(MODEL_ID);
      });
    });

    context("commit", () => {
      it("emits Committed and keeps the time", async () => {
        const { registry, author } = await loadFixture(modelRegistryFixture);
        const commitment = await registry.commitmentOf(author, MODEL_ID, SALT);
        const types = ["address", "bytes32", "bytes32"];
        const encoded = ethers.AbiCoder.defaultAbiCoder().encode(types, [
          author.address,
          MODEL_ID,
          SALT,
        ]);
        expect(commitment).to.equal(ethers.keccak256(encoded));
        expect(await registry.committedAt(commitment)).to.equal(0);
        await expect(registry.commit(commitment))
          .to.emit(registry, "Committed")
          .withArgs(commitment);
        expect(await registry.committedAt(commitment)).to.equal(await time.latest());
      });

      it("given the same commitment again: reverts with ModelRegistryCommitmentTaken", async () => {
        const { registry, author, stranger } = await loadFixture(modelRegistryFixture);
        const commitment = await registry.commitmentOf(author, MODEL_ID, SALT);
        await registry.commit(commitment);
        const committedAt = await time.latest();
        for (const signer of [author, stranger]) {
          await expect(registry.connect(signer).commit(commitment))
            .to.be.revertedWithCustomError(registry, "ModelRegistryCommitmentTaken")
            .withArgs(commitment, committedAt);
        }
      });
    });

    context("claim", () => {
      it("given a commitment before the registration of a copyist: moves the authorship and sets the card", async () => {
        const { registry, author, stranger, committedAt } = await loadFixture(copiedFixture);
        await expect(registry.claim(MODEL_ID, SALT, CARD))
          .to.emit(registry, "AuthorshipClaimed")
          .withArgs(MODEL_ID, stranger.address, author.address, committedAt)
          .and.to.emit(registry, "CardSet")
          .withArgs(MODEL_ID, CARD.uri, CARD.digest, CARD.weightsUri);
        const model = await registry.modelOf(MODEL_ID);
        expect(model.author).to.equal(author.address);
        expect(model.authoredAt).to.equal(committedAt);
      });

      it("the copyist can no longer set the card, nor claim it back", async () => {
        const { registry, author, stranger, committedAt } = await loadFixture(copiedFixture);
        await registry.claim(MODEL_ID, SALT, CARD);
        await expect(registry.connect(stranger).setCard(MODEL_ID, OTHER_CARD))
          .to.be.revertedWithCustomError(registry, "ModelRegistryNotAuthor")
          .withArgs(MODEL_ID, stranger.address, author.address);
        const commitment = await registry.commitmentOf(stranger, MODEL_ID, SALT);
        await registry.connect(stranger).commit(commitment);
        const late = await time.latest();
        await expect(registry.connect(stranger).claim(MODEL_ID, SALT, OTHER_CARD))
          .to.be.revertedWithCustomError(registry, "ModelRegistryCommitmentLate")
          .withArgs(commitment, late, committedAt);
      });

      it("given a commitment sent by somebody else: counts for the author inside", async () => {
        const { registry, author, stranger } = await loadFixture(modelRegistryFixture);
        const commitment = await registry.commitmentOf(author, MODEL_ID, SALT);
        await registry.connect(stranger).commit(commitment);
        await registry.connect(stranger).register(WORDS, CARD);
        const strangers = await registry.commitmentOf(stranger, MODEL_ID, SALT);
        await expect(registry.connect(stranger).claim(MODEL_ID, SALT, CARD))
          .to.be.revertedWithCustomError(registry, "ModelRegistryCommitmentUnknown")
          .withArgs(strangers);
        await registry.claim(MODEL_ID, SALT, CARD);
        expect((await registry.modelOf(MODEL_ID)).author).to.equal(author.address);
      });

      it("given two commitments: the earlier wins, whoever claims first", async () => {
        const { registry, author, stranger } = await loadFixture(modelRegistryFixture);
        await registry.commit(await registry.commitmentOf(author, MODEL_ID, SALT));
        const first = await time.latest();
        const second = await registry.commitmentOf(stranger, MODEL_ID, SALT);
        await registry.connect(stranger).commit(second);
        const secondAt = await time.latest();
        const [, , third] = await ethers.getSigners();
        await registry.connect(third).register(WORDS, OTHER_CARD);

        await registry.connect(stranger).claim(MODEL_ID, SALT, OTHER_CARD);
        expect((await registry.modelOf(MODEL_ID)).author).to.equal(stranger.address);
        await registry.claim(MODEL_ID, SALT, CARD);
        expect((await registry.modelOf(MODEL_ID)).author).to.equal(author.address);
        await expect(registry.connect(stranger).claim(MODEL_ID, SALT, OTHER_CARD))
          .to.be.revertedWithCustomError(registry, "ModelRegistryCommitmentLate")
          .withArgs(second, secondAt, first);
      });

      it("given a commitment in the block of the registration: reverts with ModelRegistryCommitmentLate", async () => {
        const { registry, author, stranger } = await loadFixture(modelRegistryFixture);
        const commitment = await registry.commitmentOf(author, MODEL_ID, SALT);
        await network.provider.send("evm_setAutomine", [false]);
        await registry.commit(commitment);
        await registry.connect(stranger).register(WORDS, OTHER_CARD, { gasLimit: 10_000_000 });
        await mine();
        await network.provider.send("evm_setAutomine", [true]);
        const now = await registry.committedAt(commitment);
        expect((await registry.modelOf(MODEL_ID)).authoredAt).to.equal(now);
        await expect(registry.claim(MODEL_ID, SALT, CARD))
          .to.be.revertedWithCustomError(registry, "ModelRegistryCommitmentLate")
          .withArgs(commitment, now, now);
      });

      it("given a commitment after the registration: reverts with ModelRegistryCommitmentLate", async () => {
        const { registry, stranger } = await loadFixture(registeredFixture);
        const { authoredAt } = await registry.modelOf(MODEL_ID);
        const commitment = await registry.commitmentOf(stranger, MODEL_ID, SALT);
        await registry.connect(stranger).commit(commitment);
        await expect(registry.connect(stranger).claim(MODEL_ID, SALT, OTHER_CARD))
          .to.be.revertedWithCustomError(registry, "ModelRegistryCommitmentLate")
          .withArgs(commitment, await time.latest(), authoredAt);
      });

      it("given no commitment of the caller, or another salt: reverts with ModelRegistryCommitmentUnknown", async () => {
        const { registry, author, stranger } = await loadFixture(copiedFixture);
        for (const [signer, salt] of [
          [stranger, SALT],
          [author, ethers.id("other salt")],
        ] as const) {
          await expect(registry.connect(signer).claim(MODEL_ID, salt, CARD))
            .to.be.revertedWithCustomError(registry, "ModelRegistryCommitmentUnknown")
            .withArgs(await registry.commitmentOf(signer, MODEL_ID, salt));
        }
      });

      it("given the author of record: moves only the time, to that of its commitment", async () => {
        const { registry, author } = await loadFixture(modelRegistryFixture);
        await registry.commit(await registry.commitmentOf(author, MODEL_ID, SALT));
        const committedAt = await time.latest();
        await registry.register(WORDS, CARD);
        await registry.claim(MODEL_ID, SALT, CARD);
        const model = await registry.modelOf(MODEL_ID);
        expect(model.author).to.equal(author.address);
        expect(model.authoredAt).to.equal(committedAt);
      });

      it("given an unknown model: reverts with ModelRegistryModelUnknown", async () => {
        const { registry, author } = await loadFixture(modelRegistryFixture);
        await registry.commit(await registry.commitmentOf(author, MODEL_ID, SALT));
        await expect(registry.claim(MODEL_ID, SALT, CARD))
          .to.be.revertedWithCustomError(registry, "ModelRegistryModelUnknown")
          .withArgs(MODEL_ID);
      });
    });
  });
});
