import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import hre from "hardhat";

import { checkDeployment } from "../../deploy/check";
import { asAddress } from "../../sdk/src/index";
import { deployDataDaoFactory } from "../shared/market";
import { adminFixture, findings } from "./findings";

/*
checkDeployment: what stands on what
├── given a contract that stands on another one: it names both
├── given a factory of vaults for another escrow: it names both
└── given a factory of datasets for another escrow or ledger: it names both
*/
describe("checkDeployment: what stands on what", () => {
  context("given a contract that stands on another one", () => {
    it("names both", async () => {
      const { book, parameters, stranger } = await loadFixture(adminFixture);
      const other = asAddress(stranger.address);
      const wired = {
        ledger: ["the JobEscrow pays from Ledger", "the AccessMarket is paid in Ledger"],
        gpuRegistry: ["the OrderBook looks for GPUs in"],
        tensorStep: ["the OptimisticVerifier computes by TensorStep"],
        modelRegistry: ["the OptimisticVerifier looks for models in"],
      } as const;
      for (const [name, words] of Object.entries(wired)) {
        const contracts = { ...book.contracts, [name]: other };
        const found = await findings(() =>
          checkDeployment(hre, { ...book, contracts }, parameters),
        );
        const expected = words.flatMap((standing) => [
          `should not be: ${standing} ${book.contracts[name as keyof typeof wired]}`,
          `is missing: ${standing} ${other}`,
        ]);
        expect(found).to.deep.equal(expected);
      }
      const Compute = { ...parameters.Compute, treasury: other };
      expect(
        await findings(() => checkDeployment(hre, book, { ...parameters, Compute })),
      ).to.deep.equal([
        `should not be: the JobEscrow pays fees to ${parameters.Compute.treasury}`,
        `is missing: the JobEscrow pays fees to ${other}`,
      ]);
    });
  });

  context("given a factory of vaults for another escrow", () => {
    it("names both", async () => {
      const { book, parameters, jobEscrow } = await loadFixture(adminFixture);
      const { contracts } = book;
      const other = await hre.ethers.deployContract("JobEscrow", [
        contracts.accessManager,
        contracts.ledger,
        contracts.gpuRegistry,
        parameters.Compute.treasury,
      ]);
      const factory = await hre.ethers.deployContract("StakeVaultFactory", [other]);
      const stakeVaultFactory = asAddress(await factory.getAddress());
      const foreign = { ...book, contracts: { ...contracts, stakeVaultFactory } };
      const [words, loans] = [
        "the StakeVault bonds jobs of JobEscrow",
        "loans are for vaults of StakeVaultFactory",
      ];
      expect(await findings(() => checkDeployment(hre, foreign, parameters))).to.deep.equal([
        `should not be: ${words} ${await other.getAddress()}`,
        `is missing: ${words} ${await jobEscrow.getAddress()}`,
        `should not be: ${loans} ${book.contracts.stakeVaultFactory}`,
        `is missing: ${loans} ${stakeVaultFactory}`,
      ]);
    });
  });

  context("given a factory of datasets for another escrow or ledger", () => {
    it("names both", async () => {
      const { book, parameters, deployer } = await loadFixture(adminFixture);
      const { contracts } = book;
      const ledger = await hre.ethers.deployContract("Ledger");
      const escrow = await hre.ethers.deployContract("JobEscrow", [
        contracts.accessManager,
        ledger,
        contracts.gpuRegistry,
        parameters.Compute.treasury,
      ]);
      const factory = await deployDataDaoFactory(escrow, deployer);
      const dataDaoFactory = asAddress(await factory.getAddress());
      const foreign = { ...book, contracts: { ...contracts, dataDaoFactory } };
      const [escrows, ledgers] = [
        "the DataDAO buys valuations from JobEscrow",
        "the AccessMarket is paid in Ledger",
      ];
      expect(await findings(() => checkDeployment(hre, foreign, parameters))).to.deep.equal([
        `should not be: ${escrows} ${await escrow.getAddress()}`,
        `should not be: ${ledgers} ${await ledger.getAddress()}`,
        `is missing: ${escrows} ${contracts.jobEscrow}`,
        `is missing: ${ledgers} ${contracts.ledger}`,
      ]);
    });
  });
});
