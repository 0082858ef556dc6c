import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { protocolFixture } from "../deploy/fixture";

const DAY = 86_400n;

/*
The guardian's pause of entries
├── when the duration is zero or above the budget: it reverts with EntryPauseInvalidDuration
├── when entries are not paused: lifting reverts with EntryPauseNotPaused, also at the very end of a pause
├── when a pause is lifted early: the time it lasted stays used
├── when a pause is replaced: what it had not used goes back into the budget
├── when the budget is used: it is whole after 76 open days and not a second before
└── when 14 days end one period: 14 more cannot begin the next
*/
describe("The guardian's pause of entries", () => {
  async function pauseFixture() {
    const { orderBook: book, guardian } = await protocolFixture();
    const orderBook = book.connect(guardian);
    const budgetLeft = async () => (await orderBook.entryPause()).budgetLeft;
    return { orderBook, guardian, budgetLeft };
  }

  it("reverts with EntryPauseInvalidDuration, when the duration is zero or above the budget", async () => {
    const { orderBook } = await loadFixture(pauseFixture);
    for (const duration of [0n, 14n * DAY + 1n, 2n ** 255n]) {
      await expect(orderBook.pauseEntries(duration))
        .to.be.revertedWithCustomError(orderBook, "EntryPauseInvalidDuration")
        .withArgs(duration, 14n * DAY);
    }
  });

  it("reverts with EntryPauseNotPaused, when there is no pause to lift", async () => {
    const { orderBook } = await loadFixture(pauseFixture);
    await expect(orderBook.unpauseEntries())
      .to.be.revertedWithCustomError(orderBook, "EntryPauseNotPaused")
      .withArgs(0n);

    await orderBook.pauseEntries(DAY);
    const { pausedUntil } = await orderBook.entryPause();
    await time.setNextBlockTimestamp(pausedUntil);
    await expect(orderBook.unpauseEntries())
      .to.be.revertedWithCustomError(orderBook, "EntryPauseNotPaused")
      .withArgs(pausedUntil);
  });

  it("keeps the time used that a lifted pause lasted", async () => {
    const { orderBook, budgetLeft } = await loadFixture(pauseFixture);
    await orderBook.pauseEntries(10n * DAY);
    const { pausedUntil } = await orderBook.entryPause();
    await time.setNextBlockTimestamp(pausedUntil - 7n * DAY);
    await expect(orderBook.unpauseEntries()).to.emit(orderBook, "EntriesUnpaused");
    expect(await budgetLeft()).to.equal(11n * DAY);
    expect((await orderBook.entryPause()).pausedUntil).to.equal(pausedUntil - 7n * DAY);
  });

  it("gives back what a replaced pause had not used", async () => {
    const { orderBook, budgetLeft } = await loadFixture(pauseFixture);
    await orderBook.pauseEntries(10n * DAY);
    const { pausedUntil } = await orderBook.entryPause();
    await time.setNextBlockTimestamp(pausedUntil - 9n * DAY);
    await expect(orderBook.pauseEntries(13n * DAY))
      .to.emit(orderBook, "EntriesPaused")
      .withArgs(pausedUntil + 4n * DAY);
    expect(await budgetLeft()).to.equal(13n * DAY);
    await time.increaseTo(pausedUntil + 4n * DAY);
    expect(await budgetLeft()).to.equal(0n);
  });

  it("has a whole budget after 76 open days and not a second before", async () => {
    const { orderBook } = await loadFixture(pauseFixture);
    await orderBook.pauseEntries(14n * DAY);
    const { pausedUntil } = await orderBook.entryPause();
    await time.setNextBlockTimestamp(pausedUntil + 76n * DAY - 1n);
    await expect(orderBook.pauseEntries(1n))
      .to.be.revertedWithCustomError(orderBook, "EntryPauseInvalidDuration")
      .withArgs(1n, 0n);

    await time.setNextBlockTimestamp(pausedUntil + 76n * DAY);
    await orderBook.pauseEntries(14n * DAY);
  });

  it("refuses 14 days at the start of a period after 14 at the end of the one before", async () => {
    const { orderBook } = await loadFixture(pauseFixture);
    await orderBook.pauseEntries(1n);
    const { pausedUntil } = await orderBook.entryPause();
    await time.setNextBlockTimestamp(pausedUntil + 76n * DAY - 1n);
    await orderBook.pauseEntries(14n * DAY - 1n);
    await time.increase(14n * DAY);
    await expect(orderBook.pauseEntries(14n * DAY))
      .to.be.revertedWithCustomError(orderBook, "EntryPauseInvalidDuration")
      .withArgs(14n * DAY, 0n);
  });
});
