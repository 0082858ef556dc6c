import type { HardhatRuntimeEnvironment } from "hardhat/types";
import { ZeroAddress } from "ethers";

import { ACCESS_ROLES, GUARDIAN_SELECTORS, TIMELOCK_ROLES } from "../access";
import { compare, judgeEvents, pairs, readEvents } from "./findings";
import type { AddressBook } from "../addresses";
import type { ProtocolParameters } from "../parameters";

type Governance = ProtocolParameters["Governance"];

const ACCESS_EVENTS = ["RoleLabel", "RoleGranted", "RoleRevoked", "TargetFunctionRoleUpdated"];
const TIMELOCK_EVENTS = ["MinDelayChange", "RoleGranted", "RoleRevoked"];

/**
 * Each role and right on chain that was not asked for, each one missing, and each event that no
 * deployment causes.
 */
export async function checkAccess(
  hre: HardhatRuntimeEnvironment,
  book: AddressBook,
  governance: Governance,
): Promise<string[]> {
  return [
    ...(await checkAccessManager(hre, book, governance)),
    ...(await checkTimelock(hre, book, governance)),
    ...(await checkAuthorities(hre, book)),
  ];
}

async function checkAccessManager(
  hre: HardhatRuntimeEnvironment,
  { contracts, fromBlock }: AddressBook,
  governance: Governance,
): Promise<string[]> {
  const manager = await hre.ethers.getContractAt("AccessManager", contracts.accessManager);
  const events = await readEvents(hre, manager, fromBlock);

  const rights: string[] = [];
  for (const [role, account] of pairs(events, "RoleGranted")) {
    const { since, currentDelay } = await manager.getAccess(role, account);
    if (since !== 0n) rights.push(accessRight(role, account, currentDelay));
  }
  for (const [target, selector] of pairs(events, "TargetFunctionRoleUpdated")) {
    const role = await manager.getTargetFunctionRole(target, selector);
    if (role !== ACCESS_ROLES.ADMIN) rights.push(functionRight(target, selector, role));
  }
  const wanted = [
    accessRight(ACCESS_ROLES.ADMIN, contracts.timelock, 0n),
    accessRight(ACCESS_ROLES.GUARDIAN, governance.guardian, 0n),
    ...GUARDIAN_SELECTORS.map((selector) =>
      functionRight(contracts.orderBook, selector, ACCESS_ROLES.GUARDIAN),
    ),
  ];
  return [...judgeEvents("AccessManager", events, ACCESS_EVENTS), ...compare(rights, wanted)];
}

async function checkTimelock(
  hre: HardhatRuntimeEnvironment,
  { contracts, fromBlock }: AddressBook,
  governance: Governance,
): Promise<string[]> {
  const timelock = await hre.ethers.getContractAt("ProtocolTimelock", contracts.timelock);
  const events = await readEvents(hre, timelock, fromBlock);

  const rights = [`the timelock waits ${await timelock.getMinDelay()} s`];
  for (const [role, account] of pairs(events, "RoleGranted")) {
    if (await timelock.hasRole(role, account)) rights.push(timelockRight(role, account));
  }
  const wanted = [
    `the timelock waits ${governance.minDelay} s`,
    timelockRight(TIMELOCK_ROLES.DEFAULT_ADMIN, contracts.timelock),
    timelockRight(TIMELOCK_ROLES.PROPOSER, contracts.governor),
    timelockRight(TIMELOCK_ROLES.CANCELLER, contracts.governor),
    timelockRight(TIMELOCK_ROLES.EXECUTOR, ZeroAddress),
  ];
  return [...judgeEvents("timelock", events, TIMELOCK_EVENTS), ...compare(rights, wanted)];
}

async function checkAuthorities(
  hre: HardhatRuntimeEnvironment,
  { contracts }: AddressBook,
): Promise<string[]> {
  const findings: string[] = [];
  for (const name of ["jobEscrow", "orderBook", "loanBook"] as const) {
    const managed = await hre.ethers.getContractAt("AccessManaged", contracts[name]);
    const right = (authority: string) => `${authority} is the authority of the ${name}`;
    findings.push(...compare([right(await managed.authority())], [right(contracts.accessManager)]));
  }
  return findings;
}

function accessRight(role: bigint | string, account: string, delay: bigint): string {
  return `${account} holds ${nameOf(ACCESS_ROLES, role)} of the AccessManager, after ${delay} s`;
}

function functionRight(target: string, selector: string, role: bigint): string {
  return `${nameOf(ACCESS_ROLES, role)} may call ${selector} of ${target}`;
}

function timelockRight(role: string, account: string): string {
  return `${account} holds ${nameOf(TIMELOCK_ROLES, role)} of the timelock`;
}

function nameOf(roles: Record<string, bigint | string>, role: bigint | string): string {
  const named = Object.entries(roles).find(([, value]) => String(value) === String(role));
  return named === undefined ? `role ${role}` : named[0];
}
