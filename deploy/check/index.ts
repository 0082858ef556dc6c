import type { HardhatRuntimeEnvironment } from "hardhat/types";

import { DeployError } from "../errors";
import { checkAccess } from "./access";
import { checkDatasets } from "./data";
import { checkVaults, checkLoans } from "./finance";
import { checkTerms, checkWiring } from "./market";
import { checkVotes } from "./votes";
import type { AddressBook } from "../addresses";
import type { ProtocolParameters } from "../parameters";

/**
 * Reads every role, right, address and term on chain right after a deployment and compares them with
 * what was asked for. Throws a DeployError with code DEPLOYMENT_UNEXPECTED that lists each that
 * should not be, each one missing, and each event of access control that no deployment causes.
 */
export async function checkDeployment(
  hre: HardhatRuntimeEnvironment,
  book: AddressBook,
  parameters: ProtocolParameters,
): Promise<void> {
  const findings = [
    ...(await checkAccess(hre, book, parameters.Governance)),
    ...(await checkVotes(hre, book, parameters.Governance)),
    ...(await checkWiring(hre, book, parameters)),
    ...(await checkTerms(hre, book, parameters)),
    ...(await checkVaults(hre, book)),
    ...(await checkLoans(hre, book, parameters)),
    ...(await checkDatasets(hre, book)),
  ];
  if (findings.length > 0) {
    const list = findings.map((finding) => `- ${finding}`).join("\n");
    throw new DeployError("DEPLOYMENT_UNEXPECTED", `chain ${book.chainId}:\n${list}`);
  }
}
