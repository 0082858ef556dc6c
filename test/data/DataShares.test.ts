import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256, ZeroAddress } from "ethers";

import { deployData, nameOf, usualSlots } from "../shared/data";
import { EPOCH_SHARES, settledEpoch } from "../shared/datasets";

/*
The votes of a dataset
├── are made by the dataset alone
├── vote for their holder from the first on, or for whom it chose before
├── cannot be given away, by nobody and to nobody
└── are counted by the time of the block
*/
describe("DataShares", () => {
  const AMOUNT = (EPOCH_SHARES * 3n) / 8n;

  async function held() {
    const market = await deployData();
    const { valueAt } = await settledEpoch(market);
    const names = usualSlots(market).map(nameOf);
    const [holder, other] = market.contributors;
    const give = (row: number) => market.dao.claimShares(1n, names[row], valueAt(row));
    return { ...market, holder, other, give };
  }

  it("are made by the dataset alone", async () => {
    const { shares, holder, admin, stranger, give } = await loadFixture(held);
    for (const caller of [admin, holder, stranger]) {
      await expect(shares.connect(caller).mint(holder, 1n))
        .to.be.revertedWithCustomError(shares, "DataSharesNotDataset")
        .withArgs(caller.address);
    }
    await expect(give(0)).to.emit(shares, "Transfer").withArgs(ZeroAddress, holder, AMOUNT);
  });

  it("vote for their holder from the first on", async () => {
    const { shares, holder, give } = await loadFixture(held);
    await give(0);
    expect(await shares.delegates(holder)).to.equal(holder.address);
    expect(await shares.getVotes(holder)).to.equal(AMOUNT);
  });

  it("vote for whom their holder chose before", async () => {
    const { shares, holder, other, give } = await loadFixture(held);
    await shares.connect(holder).delegate(other);
    await give(0);
    expect(await shares.getVotes(holder)).to.equal(0n);
    expect(await shares.getVotes(other)).to.equal(AMOUNT);
  });

  it("cannot be given away, by nobody and to nobody", async () => {
    const { shares, holder, other, give } = await loadFixture(held);
    await give(0);
    await shares.connect(holder).approve(other, MaxUint256);
    for (const action of [
      () => shares.connect(holder).transfer(other, 1n),
      () => shares.connect(holder).transfer(holder, AMOUNT),
      () => shares.connect(holder).transfer(other, 0n),
      () => shares.connect(other).transferFrom(holder, other, 1n),
    ]) {
      await expect(action())
        .to.be.revertedWithCustomError(shares, "DataSharesNotTransferable")
        .withArgs();
    }
    expect(await shares.balanceOf(holder)).to.equal(AMOUNT);
  });

  it("are counted by the time of the block", async () => {
    const { shares, holder, give } = await loadFixture(held);
    expect(await shares.CLOCK_MODE()).to.equal("mode=timestamp");
    await give(0);
    const given = BigInt(await time.latest());
    expect(await shares.clock()).to.equal(given);
    await time.increase(1n);
    expect(await shares.getPastVotes(holder, given)).to.equal(AMOUNT);
    expect(await shares.getPastVotes(holder, given - 1n)).to.equal(0n);
  });
});
