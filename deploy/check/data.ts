import type { HardhatRuntimeEnvironment } from "hardhat/types";

import { compare } from "./findings";
import type { AddressBook } from "../addresses";

/** Each contract that datasets are clones of and that stands on another one than asked for. */
export async function checkDatasets(
  hre: HardhatRuntimeEnvironment,
  { contracts }: AddressBook,
): Promise<string[]> {
  const factory = await hre.ethers.getContractAt("DataDaoFactory", contracts.dataDaoFactory);
  const { dataset, market } = await factory.implementations();
  const dao = await hre.ethers.getContractAt("DataDAO", dataset);
  const access = await hre.ethers.getContractAt("AccessMarket", market);
  return compare(
    [
      `the DataDAO buys valuations from JobEscrow ${await dao.ESCROW()}`,
      `the AccessMarket is paid in Ledger ${await access.LEDGER()}`,
    ],
    [
      `the DataDAO buys valuations from JobEscrow ${contracts.jobEscrow}`,
      `the AccessMarket is paid in Ledger ${contracts.ledger}`,
    ],
  );
}
