import { concat, keccak256 } from "ethers";
import { abi } from "../contracts";
import { ErgonError } from "../errors/errors";
import { translated } from "../errors/translate";
import { wordOf } from "../eip712/approval";
import { logsIn, rangesBackwards } from "../jobs/logs";
import { listRoot, tensorIdOf } from "../../../tensor/src/index";
import { asHex, sameHex } from "../types/address";
import { listIn } from "./calldata";
import { headerOfWord } from "./header";
import type { Log } from "ethers";
import type { Hex } from "../../../tensor/src/index";
import type { ErgonClient } from "../client";

/** The descendants of a node that are asked for. */
export interface RevealKey {
  /** A tensor's id if there is a header, else an inner node. */
  readonly node: Hex;
  /** Header word of the tensor, or 0. */
  readonly header: bigint;
  /** How many: 1 to 64. */
  readonly count: number;
}

/** What was revealed below a node, and when. */
export interface Reveal {
  readonly children: readonly Hex[];
  /** Seconds since 1970. */
  readonly at: bigint;
}

/**
 * When the descendants of a node were revealed, in seconds since 1970, up to a block, the newest unless
 * given; undefined if they were not. Throws `ErgonError` RPC.
 */
export async function readRevealTime(
  { optimisticVerifier }: ErgonClient,
  { node, header, count }: RevealKey,
  blockNumber?: number,
): Promise<bigint | undefined> {
  const tag = { blockTag: blockNumber ?? "latest" };
  const at = await translated(() => optimisticVerifier.revealedAt(node, header, count, tag));
  return at === 0n ? undefined : at;
}

/**
 * The descendants of a node that were revealed up to a block, the newest unless given; undefined if
 * they were not. They come from the event, or from the data of its transaction. Throws `ErgonError`
 * REVEAL_HIDDEN if neither has them, or RPC.
 */
export async function readReveal(
  client: ErgonClient,
  key: RevealKey,
  blockNumber?: number,
): Promise<Reveal | undefined> {
  const to = blockNumber ?? (await translated(() => client.provider.getBlockNumber()));
  const at = await readRevealTime(client, key, to);
  if (at === undefined) return undefined;
  const filter = {
    address: client.addresses.optimisticVerifier,
    topics: [asHex(abi.optimisticVerifier.getEvent("Revealed").topicHash), revealTopic(key)],
  };
  for (const range of rangesBackwards(client, to)) {
    for await (const log of logsIn(client, filter, range)) {
      const children = await childrenOf(client, log, key);
      if (children !== undefined) return { children, at };
    }
  }
  throw new ErgonError("REVEAL_HIDDEN", `no event shows the children of ${key.node}`, true);
}

async function childrenOf(
  client: ErgonClient,
  log: Log,
  key: RevealKey,
): Promise<readonly Hex[] | undefined> {
  const { args } = abi.optimisticVerifier.parseLog(log) ?? {};
  if (args === undefined) return undefined;
  if (args.children.length > 0) return args.children.map(asHex);
  const transaction = await translated(() => client.provider.getTransaction(log.transactionHash));
  const found = childrenIn(asHex(transaction?.data ?? "0x"), key);
  if (found !== undefined) return found;
  const message = `transaction ${log.transactionHash} hides the children of ${key.node}`;
  throw new ErgonError("REVEAL_HIDDEN", message, false);
}

/** The topic of the event of a reveal, as `Reveals.sol` forms it. */
export function revealTopic({ node, header, count }: RevealKey): Hex {
  const named = keccak256(concat([node, wordOf(header)]));
  return asHex(keccak256(concat([named, wordOf(BigInt(count))])));
}

/** The children that a call of the verifier reveals; undefined if it does not. */
export function childrenIn(data: Hex, key: RevealKey): Hex[] | undefined {
  return listIn(data, key.count, (children) => isBelow(key, children));
}

/** Whether these are the descendants that the key asks for. */
function isBelow({ node, header }: RevealKey, children: readonly Hex[]): boolean {
  const root = listRoot(children);
  return sameHex(header === 0n ? root : tensorIdOf(headerOfWord(header), root), node);
}
