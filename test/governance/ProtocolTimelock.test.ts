import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { impersonate } from "../deploy/fixture";

const DAY = 86_400n;
const TARGET = "0x000000000000000000000000000000000000dEaD";

/*
ProtocolTimelock.getMinDelay (GV-1)
├── given a delay within the bounds: it is that delay
├── given a shorter one: it is two days, at construction and after an update
└── given a longer one: it is 14 days, at construction and after an update
ProtocolTimelock.schedule
└── given a delay of zero was set: it reverts below two days with TimelockInsufficientDelay
*/
describe("ProtocolTimelock", () => {
  const deploy = async (delay: bigint) => {
    const [proposer] = await ethers.getSigners();
    return ethers.deployContract("ProtocolTimelock", [
      delay,
      [proposer.address],
      [proposer.address],
      ethers.ZeroAddress,
    ]);
  };
  const timelockFixture = async () => {
    const timelock = await deploy(3n * DAY);
    return { timelock, self: timelock.connect(await impersonate(await timelock.getAddress())) };
  };

  describe("getMinDelay (GV-1)", () => {
    it("keeps within its bounds what the constructor is given", async () => {
      for (const [given, delay] of [
        [0n, 2n * DAY],
        [2n * DAY - 1n, 2n * DAY],
        [2n * DAY, 2n * DAY],
        [3n * DAY, 3n * DAY],
        [14n * DAY, 14n * DAY],
        [14n * DAY + 1n, 14n * DAY],
        [ethers.MaxUint256, 14n * DAY],
      ]) {
        expect(await (await deploy(given)).getMinDelay()).to.equal(delay);
      }
    });

    it("keeps within its bounds what it is set to", async () => {
      const { timelock, self } = await loadFixture(timelockFixture);
      for (const [given, delay] of [
        [0n, 2n * DAY],
        [5n * DAY, 5n * DAY],
        [365n * DAY, 14n * DAY],
      ]) {
        await self.updateDelay(given);
        expect(await timelock.getMinDelay()).to.equal(delay);
      }
    });
  });

  describe("schedule", () => {
    it("reverts below two days with TimelockInsufficientDelay, given a delay of zero was set", async () => {
      const { timelock, self } = await loadFixture(timelockFixture);
      await self.updateDelay(0n);
      const operation = [TARGET, 0n, "0x", ethers.ZeroHash, ethers.ZeroHash] as const;
      await expect(timelock.schedule(...operation, 2n * DAY - 1n))
        .to.be.revertedWithCustomError(timelock, "TimelockInsufficientDelay")
        .withArgs(2n * DAY - 1n, 2n * DAY);
      await expect(timelock.schedule(...operation, 2n * DAY)).to.emit(timelock, "CallScheduled");
    });
  });
});
