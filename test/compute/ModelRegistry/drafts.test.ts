import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { modelId } from "../../../tensor/src/index";
import {
  EMPTY_DRAFT,
  PAGE_BYTES,
  PAGE_NODES,
  closePages,
  draftAfter,
  draftHash,
  plainDraft,
} from "../../shared/drafts";
import { constant, input, map } from "./nodes";
import { convolutionalProgram, programWords } from "../../shared/programs";
import { CARD, modelRegistryFixture, wordsOf } from "./fixture";
import type { ModelRegistry } from "../../../typechain-types";
import type { Draft } from "../../shared/drafts";
import type { NodeWords } from "../../shared/programs";

const PROGRAM = convolutionalProgram(40);
const WORDS = programWords(PROGRAM);
const MODEL_ID = modelId(PROGRAM);
const FIRST = 15;

/** Extends a draft and returns the next one, as the caller learns it by simulating the call. */
async function extend(registry: ModelRegistry, words: NodeWords[], draft: Draft): Promise<Draft> {
  const next = await registry.extend.staticCall(words, draft);
  await registry.extend(words, draft);
  return plainDraft(next);
}

/** INPUT, `count` constants and as many MAPs that read them one by one. */
function longProgram(count: number): NodeWords[] {
  const constants = Array.from({ length: count }, () => constant("i8", [1, 1]));
  const maps = constants.map((_, i) => map("add", "i8", [1, 1], i === 0 ? 0 : count + i, i + 1));
  return wordsOf([input("i8", [1, 1]), ...constants, ...maps]);
}

/*
ModelRegistry, drafts
├── extend
│  ├── given a draft without nodes: it starts a program, emits DraftExtended and returns the next draft
│  ├── given the kept draft: it continues
│  ├── given other totals in a draft without nodes: it ignores them
│  ├── given a draft without nodes while one is kept: it starts again
│  ├── given the draft of another author: it reverts with ModelRegistryDraftMismatch
│  ├── given any field of the draft changed: it reverts with ModelRegistryDraftMismatch
│  ├── given the draft before the last: it reverts with ModelRegistryDraftMismatch
│  ├── given no nodes: it reverts with ProgramNodesMissing
│  └── given a wrong node: it names its index in the program, and the kept draft stays
├── pages
│  ├── given a closed page that nothing touches: it gives the same draft as with all open
│  ├── given an operand on a closed page: it reverts with ProgramOperandPageClosed
│  ├── given the unfinished last page closed: it reverts with ProgramPageClosed
│  ├── given a full last page closed: it opens the next
│  ├── given a page of another length: it reverts with ProgramPageMalformed
│  └── given pages in a draft without nodes: it reverts with ProgramPageCountMismatch
└── finish
   ├── given any split of a program: it registers the id that one call gives, and drops the draft (MR-1)
   ├── given a draft without nodes: it registers as register does
   ├── given the finished draft again: it reverts with ModelRegistryDraftMismatch
   ├── given a node left unused on an open page: it reverts with ProgramNodeUnused and its index
   └── given a node left unused on a closed page: it reverts with ProgramNodeUnused and the number of nodes
*/
describe("ModelRegistry", () => {
  describe("drafts", () => {
    async function draftFixture() {
      const base = await modelRegistryFixture();
      const draft = await extend(base.registry, WORDS.slice(0, FIRST), EMPTY_DRAFT);
      return { ...base, draft };
    }

    /** 300 constants: pages 0 and 1, the first full. */
    async function pagesFixture() {
      const base = await modelRegistryFixture();
      const words = longProgram(300);
      const draft = await extend(base.registry, words.slice(0, 301), EMPTY_DRAFT);
      return { ...base, words, draft };
    }

    context("extend", () => {
      it("given a draft without nodes: starts a program, emits DraftExtended and returns the next draft", async () => {
        const { registry, author } = await loadFixture(modelRegistryFixture);
        const expected = draftAfter(PROGRAM, FIRST);
        const words = WORDS.slice(0, FIRST);
        const next = await registry.extend.staticCall(words, EMPTY_DRAFT);
        expect(plainDraft(next)).to.deep.equal(expected);
        await expect(registry.extend(words, EMPTY_DRAFT))
          .to.emit(registry, "DraftExtended")
          .withArgs(author.address, FIRST, draftHash(expected));
        expect(await registry.draftOf(author)).to.equal(draftHash(expected));
      });

      it("given the kept draft: continues", async () => {
        const { registry, author, draft } = await loadFixture(draftFixture);
        const expected = draftAfter(PROGRAM, FIRST + 1);
        const next = await extend(registry, [WORDS[FIRST]], draft);
        expect(next).to.deep.equal(expected);
        expect(await registry.draftOf(author)).to.equal(draftHash(expected));
      });

      it("given other totals in a draft without nodes: ignores them", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const progress = {
          ...EMPTY_DRAFT.progress,
          used: 9n,
          work: 99n,
          traceBytes: 9n,
          input: 9n,
        };
        const next = await extend(registry, WORDS.slice(0, FIRST), { progress, pages: [] });
        expect(next).to.deep.equal(draftAfter(PROGRAM, FIRST));
      });

      it("given a draft without nodes while one is kept: starts again", async () => {
        const { registry, author } = await loadFixture(draftFixture);
        await extend(registry, WORDS.slice(0, 2), EMPTY_DRAFT);
        expect(await registry.draftOf(author)).to.equal(draftHash(draftAfter(PROGRAM, 2)));
      });

      it("given the draft of another author: reverts with ModelRegistryDraftMismatch", async () => {
        const { registry, stranger, draft } = await loadFixture(draftFixture);
        await expect(registry.connect(stranger).extend([WORDS[FIRST]], draft))
          .to.be.revertedWithCustomError(registry, "ModelRegistryDraftMismatch")
          .withArgs(stranger.address, draftHash(draft), ethers.ZeroHash);
      });

      it("given any field of the draft changed: reverts with ModelRegistryDraftMismatch", async () => {
        const { registry, author, draft } = await loadFixture(draftFixture);
        const { progress, pages } = draft;
        const changed: Draft[] = [
          ...(["nodes", "used", "work", "traceBytes", "input"] as const).map((field) => ({
            progress: { ...progress, [field]: progress[field] + 1n },
            pages,
          })),
          ...progress.frontier.map((_, level) => ({
            progress: {
              ...progress,
              frontier: progress.frontier.map((node, i) => (i === level ? ethers.id("x") : node)),
            },
            pages,
          })),
          ...[0, 63, 64, 8 * FIRST, PAGE_BYTES - 1].map((at) => {
            const page = ethers.getBytes(pages[0]);
            page[at] ^= 1;
            return { progress, pages: [ethers.hexlify(page)] };
          }),
          { progress, pages: [] },
          { progress, pages: [pages[0], pages[0]] },
        ];
        for (const wrong of changed) {
          await expect(registry.extend([WORDS[FIRST]], wrong))
            .to.be.revertedWithCustomError(registry, "ModelRegistryDraftMismatch")
            .withArgs(author.address, draftHash(wrong), draftHash(draft));
        }
      });

      it("given the draft before the last: reverts with ModelRegistryDraftMismatch", async () => {
        const { registry, author, draft } = await loadFixture(draftFixture);
        const next = await extend(registry, [WORDS[FIRST]], draft);
        await expect(registry.extend([WORDS[FIRST]], draft))
          .to.be.revertedWithCustomError(registry, "ModelRegistryDraftMismatch")
          .withArgs(author.address, draftHash(draft), draftHash(next));
      });

      it("given no nodes: reverts with ProgramNodesMissing", async () => {
        const { registry, draft } = await loadFixture(draftFixture);
        for (const given of [EMPTY_DRAFT, draft]) {
          await expect(registry.extend([], given)).to.be.revertedWithCustomError(
            registry,
            "ProgramNodesMissing",
          );
        }
      });

      it("given a wrong node: names its index in the program, and the kept draft stays", async () => {
        const { registry, author, draft } = await loadFixture(draftFixture);
        await expect(registry.extend([WORDS[FIRST], WORDS[0]], draft))
          .to.be.revertedWithCustomError(registry, "ProgramInputMisplaced")
          .withArgs(FIRST + 1, 0);
        expect(await registry.draftOf(author)).to.equal(draftHash(draft));
      });
    });

    context("pages", () => {
      it("given a closed page that nothing touches: gives the same draft as with all open", async () => {
        const { registry, draft, words } = await loadFixture(pagesFixture);
        const more = wordsOf([constant("i8", [3, 3])]);
        const open = plainDraft(await registry.extend.staticCall(more, draft));
        const closed = await extend(registry, more, closePages(draft, new Set([1])));
        expect(closed).to.deep.equal(closePages(open, new Set([1])));
        expect(draftHash(closed)).to.equal(draftHash(open));
        expect(words.length).to.be.above(PAGE_NODES);
      });

      it("given an operand on a closed page: reverts with ProgramOperandPageClosed", async () => {
        const { registry, draft } = await loadFixture(pagesFixture);
        const closed = closePages(draft, new Set([1]));
        for (const [a, b, operand] of [
          [255, 256, 255],
          [256, 0, 0],
        ]) {
          const words = wordsOf([map("add", "i8", [1, 1], a, b)]);
          await expect(registry.extend(words, closed))
            .to.be.revertedWithCustomError(registry, "ProgramOperandPageClosed")
            .withArgs(301, operand);
        }
        await extend(registry, wordsOf([map("add", "i8", [1, 1], 256, 300)]), closed);
      });

      it("given the unfinished last page closed: reverts with ProgramPageClosed", async () => {
        const { registry, draft } = await loadFixture(pagesFixture);
        const closed = closePages(draft, new Set([0]));
        await expect(registry.extend(wordsOf([constant("i8", [1, 1])]), closed))
          .to.be.revertedWithCustomError(registry, "ProgramPageClosed")
          .withArgs(1);
      });

      it("given a full last page closed: opens the next", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        const words = longProgram(300);
        const full = await extend(registry, words.slice(0, PAGE_NODES), EMPTY_DRAFT);
        expect(full.pages.length).to.equal(1);
        const next = await extend(registry, [words[PAGE_NODES]], closePages(full, new Set()));
        expect(next.pages.map((page) => ethers.dataLength(page))).to.deep.equal([32, PAGE_BYTES]);
      });

      it("given a page of another length: reverts with ProgramPageMalformed", async () => {
        const { registry, draft } = await loadFixture(draftFixture);
        for (const length of [0, 31, 33, PAGE_BYTES - 1, PAGE_BYTES + 1]) {
          const wrong = { ...draft, pages: [ethers.hexlify(new Uint8Array(length))] };
          await expect(registry.extend([WORDS[FIRST]], wrong))
            .to.be.revertedWithCustomError(registry, "ProgramPageMalformed")
            .withArgs(0, length);
        }
      });

      it("given pages in a draft without nodes: reverts with ProgramPageCountMismatch", async () => {
        const { registry, draft } = await loadFixture(draftFixture);
        const wrong = { ...EMPTY_DRAFT, pages: draft.pages };
        await expect(registry.extend(WORDS.slice(0, 2), wrong))
          .to.be.revertedWithCustomError(registry, "ProgramPageCountMismatch")
          .withArgs(1, 0);
      });
    });

    context("finish", () => {
      it("given any split of a program: registers the id that one call gives, and drops the draft (MR-1)", async () => {
        for (const cuts of [[1], [2, 3], [39], [5, 6, 30], [10, 20, 30]]) {
          const { registry, author } = await loadFixture(modelRegistryFixture);
          let draft = EMPTY_DRAFT;
          let from = 0;
          for (const to of cuts) {
            draft = await extend(registry, WORDS.slice(from, to), draft);
            from = to;
          }
          await expect(registry.finish(WORDS.slice(from), draft, CARD))
            .to.emit(registry, "ModelRegistered")
            .and.to.emit(registry, "CardSet")
            .withArgs(MODEL_ID, CARD.uri, CARD.digest, CARD.weightsUri);
          const model = await registry.modelOf(MODEL_ID);
          expect([model.author, model.nodes]).to.deep.equal([author.address, 40n]);
          expect(await registry.draftOf(author)).to.equal(ethers.ZeroHash);
        }
      });

      it("given a draft without nodes: registers as register does", async () => {
        const { registry } = await loadFixture(modelRegistryFixture);
        await registry.finish(WORDS, EMPTY_DRAFT, CARD);
        expect(await registry.isRegistered(MODEL_ID)).to.be.true;
      });

      it("given the finished draft again: reverts with ModelRegistryDraftMismatch", async () => {
        const { registry, author, draft } = await loadFixture(draftFixture);
        await registry.finish(WORDS.slice(FIRST), draft, CARD);
        await expect(registry.finish(WORDS.slice(FIRST), draft, CARD))
          .to.be.revertedWithCustomError(registry, "ModelRegistryDraftMismatch")
          .withArgs(author.address, draftHash(draft), ethers.ZeroHash);
      });

      it("given a node left unused on an open page: reverts with ProgramNodeUnused and its index", async () => {
        const { registry, draft } = await loadFixture(pagesFixture);
        const words = wordsOf([map("add", "i8", [1, 1], 0, 1)]);
        await expect(registry.finish(words, draft, CARD))
          .to.be.revertedWithCustomError(registry, "ProgramNodeUnused")
          .withArgs(2);
        const later = wordsOf([map("add", "i8", [1, 1], 256, 257)]);
        await expect(registry.finish(later, closePages(draft, new Set([1])), CARD))
          .to.be.revertedWithCustomError(registry, "ProgramNodeUnused")
          .withArgs(258);
      });

      it("given a node left unused on a closed page: reverts with ProgramNodeUnused and the number of nodes", async () => {
        const { registry, draft, words } = await loadFixture(pagesFixture);
        // Read all constants but node 7, then close the page on which it stays unused.
        const maps = Array.from({ length: 300 }, (_, i) =>
          map("add", "i8", [1, 1], i === 0 ? 0 : 300 + i, i === 6 ? 1 : i + 1),
        );
        const all = wordsOf(maps);
        expect(words.length).to.equal(601);
        const next = await extend(registry, all.slice(0, 299), draft);
        const last = all.slice(299);
        const closed = closePages(next, new Set([1, 2]));
        await expect(registry.finish(last, next, CARD))
          .to.be.revertedWithCustomError(registry, "ProgramNodeUnused")
          .withArgs(7);
        await expect(registry.finish(last, closed, CARD))
          .to.be.revertedWithCustomError(registry, "ProgramNodeUnused")
          .withArgs(601);
      });
    });
  });
});
