import hre from "hardhat";
import { impersonateAccount, setBalance } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";

import { deployProtocol } from "../../deploy/deployProtocol";
import { readParameters } from "../../deploy/parameters";
import type { DataDaoFactory } from "../../typechain-types";

/** The whole protocol as deployed by the modules with the parameters of the Hardhat network. */
export async function protocolFixture() {
  const { ethers } = hre;
  const parameters = await readParameters("hardhat");
  const book = await deployProtocol(hre, { parameters });
  const [deployer] = await ethers.getSigners();
  const stranger = (await ethers.getSigners()).at(-1) ?? deployer;
  const { contracts } = book;
  return {
    parameters,
    book,
    deployer,
    stranger,
    guardian: await ethers.getSigner(parameters.Governance.guardian),
    voter: await ethers.getSigner(parameters.Governance.holdings[0].holder),
    treasury: await ethers.getSigner(parameters.Governance.holdings[1].holder),
    ergonToken: await ethers.getContractAt("ErgonToken", contracts.ergonToken),
    governor: await ethers.getContractAt("ProtocolGovernor", contracts.governor),
    timelock: await ethers.getContractAt("ProtocolTimelock", contracts.timelock),
    accessManager: await ethers.getContractAt("AccessManager", contracts.accessManager),
    jobEscrow: await ethers.getContractAt("JobEscrow", contracts.jobEscrow),
    orderBook: await ethers.getContractAt("OrderBook", contracts.orderBook),
    stakeVaultFactory: await ethers.getContractAt("StakeVaultFactory", contracts.stakeVaultFactory),
    dataDaoFactory: await ethers.getContractAt("DataDaoFactory", contracts.dataDaoFactory),
    optimisticVerifier: await ethers.getContractAt(
      "OptimisticVerifier",
      contracts.optimisticVerifier,
    ),
  };
}

/** The contracts that datasets are clones of, by their names. */
export async function datasetContracts(factory: DataDaoFactory): Promise<Record<string, string>> {
  const { dataset, shares, governor, timelock, market } = await factory.implementations();
  return {
    DataDAO: dataset,
    DataShares: shares,
    DataGovernor: governor,
    DataTimelock: timelock,
    AccessMarket: market,
  };
}

/** A signer for a contract's address, with ether for gas. */
export async function impersonate(address: string): Promise<HardhatEthersSigner> {
  await impersonateAccount(address);
  await setBalance(address, 10n ** 18n);
  return hre.ethers.getSigner(address);
}
