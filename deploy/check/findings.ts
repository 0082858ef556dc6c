import type { BaseContract, LogDescription } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

/** Blocks per request for events, which public nodes limit. */
const PAGE = 10_000;

/** Every event of a contract since `fromBlock`, in order. */
export async function readEvents(
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
export function pairs(events: LogDescription[], name: string): [string, string][] {
  const found = new Map<string, [string, string]>();
  for (const event of events) {
    if (event.name !== name) continue;
    const pair: [string, string] = [String(event.args[0]), String(event.args[1])];
    found.set(pair.join(), pair);
  }
  return [...found.values()];
}

/** Events that no deployment causes, and signs that the first events were not read. */
export function judgeEvents(contract: string, events: LogDescription[], usual: string[]): string[] {
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

/** What of `actual` was not wanted, and what of `wanted` is missing. */
export function compare(actual: string[], wanted: string[]): string[] {
  const surplus = actual.filter((right) => !wanted.includes(right));
  const missing = wanted.filter((right) => !actual.includes(right));
  return [
    ...surplus.map((right) => `should not be: ${right}`),
    ...missing.map((right) => `is missing: ${right}`),
  ];
}
