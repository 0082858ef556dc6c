import type { BaseContract, LogDescription } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

import { ACCESS_ROLES, GUARDIAN_SELECTORS, TIMELOCK_ROLES } from "./access";
import type { AddressBook } from "./addresses";
import { DeployError } from "./errors";
import type { ProtocolParameters } from "./parameters";

type Governance = ProtocolParameters["Governance"];

/** Blocks per request for events, which public nodes limit. */
const PAGE = 10_000;

const ACCESS_EVENTS = ["RoleLabel", "RoleGranted", "RoleRevoked", "TargetFunctionRoleUpdated"];
const TIMELOCK_EVENTS = ["MinDelayChange", "RoleGranted", "RoleRevoked"];

/**
 * Reads every role and every right on chain right after a deployment and compares them with what
 * was asked for. Throws a DeployError with code ACCESS_UNEXPECTED that lists each right too many,
 * each one missing, and each event that no deployment causes.
 */
export async function checkAccess(
  hre: HardhatRuntimeEnvironment,
  book: AddressBook,
  governance: Governance,
): Promise<void> {
  const findings = [
    ...(await checkAccessManager(hre, book, governance)),
    ...(await checkTimelock(hre, book, governance)),
    ...(await checkAuthorities(hre, book)),
  ];
  if (findings.length > 0) {
    const list = findings.map((finding) => `- ${finding}`).join("\n");
    throw new DeployError("ACCESS_UNEXPECTED", `chain ${book.chainId}:\n${list}`);
  }
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
    timelockRight(TIMELOCK_ROLES.PROPOSER, governance.proposer),
    timelockRight(TIMELOCK_ROLES.CANCELLER, governance.proposer),
    timelockRight(TIMELOCK_ROLES.CANCELLER, governance.canceller),
    timelockRight(TIMELOCK_ROLES.EXECUTOR, governance.executor),
  ];
  return [...judgeEvents("timelock", events, TIMELOCK_EVENTS), ...compare(rights, wanted)];
}

async function checkAuthorities(
  hre: HardhatRuntimeEnvironment,
  { contracts }: AddressBook,
): Promise<string[]> {
  const findings: string[] = [];
  for (const name of ["jobEscrow", "orderBook"] as const) {
    const managed = await hre.ethers.getContractAt("AccessManaged", contracts[name]);
    const right = (authority: string) => `${authority} is the authority of the ${name}`;
    findings.push(...compare([right(await managed.authority())], [right(contracts.accessManager)]));
  }
  return findings;
}

/** Every event of a contract since `fromBlock`, in order. */
async function readEvents(
  hre: HardhatRuntimeEnvironment,
  contract: BaseContract,
  fromBlock: number,
): Promise<LogDescription[]> {
  const address = await contract.getAddress();
  const latest = await hre.ethers.provider.getBlockNumber();
  const events: LogDescription[] = [];
  for (let from = fromBlock; from <= latest; from += PAGE) {
    const toBlock = Math.min(from + PAGE - 1, latest);
    const logs = await hre.ethers.provider.getLogs({ address, fromBlock: from, toBlock });
    for (const log of logs) {
      const event = contract.interface.parseLog(log);
      if (event !== null) events.push(event);
    }
  }
  return events;
}

/** The distinct pairs of the first two arguments of the events called `name`. */
function pairs(events: LogDescription[], name: string): [string, string][] {
  const found = new Map<string, [string, string]>();
  for (const event of events) {
    if (event.name !== name) continue;
    const pair: [string, string] = [String(event.args[0]), String(event.args[1])];
    found.set(pair.join(), pair);
  }
  return [...found.values()];
}

/** Events that no deployment causes, and signs that the first events were not read. */
function judgeEvents(contract: string, events: LogDescription[], usual: string[]): string[] {
  const unusual = events
    .filter((event) => !usual.includes(event.name))
    .map((event) => `unexpected event ${event.name}(${event.args.join(", ")}) of the ${contract}`);

  const granted = new Set(pairs(events, "RoleGranted").map((pair) => pair.join()));
  const orphans = pairs(events, "RoleRevoked").filter((pair) => !granted.has(pair.join()));
  if (events.length === 0 || orphans.length > 0) {
    unusual.push(`the events of the ${contract} begin before the first block that was read`);
  }
  return unusual;
}

function compare(actual: string[], wanted: string[]): string[] {
  const surplus = actual.filter((right) => !wanted.includes(right));
  const missing = wanted.filter((right) => !actual.includes(right));
  return [
    ...surplus.map((right) => `should not be: ${right}`),
    ...missing.map((right) => `is missing: ${right}`),
  ];
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
