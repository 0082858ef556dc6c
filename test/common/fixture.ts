import { ethers } from "hardhat";

/** The harness over the tree libraries and the types of `contracts/common`. */
export async function treesFixture() {
  return { trees: await ethers.deployContract("TreeHarness") };
}
