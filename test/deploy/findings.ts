import hre from "hardhat";

import { checkDeployment } from "../../deploy/check";
import { DeployError } from "../../deploy/errors";
import { impersonate, protocolFixture } from "./fixture";

/** A deployment, its check, and the contracts of access control as the timelock calls them. */
export async function adminFixture() {
  const base = await protocolFixture();
  const admin = await impersonate(base.book.contracts.timelock);
  const check = () => findings(() => checkDeployment(hre, base.book, base.parameters));
  return {
    ...base,
    check,
    manager: base.accessManager.connect(admin),
    clock: base.timelock.connect(admin),
  };
}

/** The findings of a check, none if it passes. */
export async function findings(check: () => Promise<void>): Promise<string[]> {
  try {
    await check();
    return [];
  } catch (error) {
    if (!(error instanceof DeployError) || error.code !== "DEPLOYMENT_UNEXPECTED") throw error;
    return error.message
      .split("\n")
      .slice(1)
      .map((line) => line.replace(/^- /, ""));
  }
}
