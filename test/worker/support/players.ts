import { ethers } from "hardhat";
import { HDNodeWallet, Wallet } from "ethers";
import { memoryLog } from "./log";
import { MemoryStore } from "./memory";
import { RpcNode } from "../../../worker/src/chain/rpcNode";
import { TransactionSender } from "../../../worker/src/chain/sender";
import { verifierDisputes } from "../../../worker/src/chain/verifierDisputes";
import { systemClock } from "../../../worker/src/clock";
import { GameMetrics } from "../../../worker/src/games/metrics";
import { GamePlayer } from "../../../worker/src/games/player";
import { MetricSet } from "../../../worker/src/metrics";
import { createErgonClient } from "../../../sdk/src/index";
import type { Addresses, Knowledge } from "../../../sdk/src/index";

const MNEMONIC = "test test test test test test test test test test test junk";

/** A player with a sender of its own on the chain of the test. */
export interface TestPlayer {
  /** Looks after transactions, then plays these games; the seconds are those of the chain. */
  turn(ids: readonly bigint[], knowledge: Knowledge): Promise<void>;
  /** What was counted under a name. */
  figure(name: string): Promise<number>;
}

/** A player for the test account with this number: the worker's, or a challenger's. */
export async function playerOf(
  account: number,
  addresses: Addresses,
  side: "worker" | "challenger",
  confirmations = 1,
): Promise<TestPlayer> {
  const { provider } = ethers;
  const { chainId } = await provider.getNetwork();
  const path = `m/44'/60'/0'/0/${account}`;
  const { privateKey } = HDNodeWallet.fromPhrase(MNEMONIC, undefined, path);
  const node = new RpcNode(provider, new Wallet(privateKey), chainId, (data) => data);
  const log = memoryLog();
  const sender = await TransactionSender.open(node, new MemoryStore(), systemClock, log, {
    confirmations,
    fees: { maxFeePerGas: 10n ** 12n, minTip: 1n },
    maxInFlight: 4,
    stuckMs: 60_000,
    rebroadcastMs: 10_000,
  });
  const set = new MetricSet("test_");
  const client = createErgonClient({ runner: provider, addresses });
  const context = { node, sender, log, metrics: new GameMetrics(set) };
  const player = new GamePlayer(
    { ...context, disputes: verifierDisputes(client) },
    {
      confirmations,
      urgentSeconds: 60,
      side,
    },
  );
  return {
    turn: async (ids, knowledge) => {
      const head = await node.head();
      await sender.tick(head);
      await player.turn(
        ids.map((id) => ({ id, knowledge })),
        head,
        head.timestamp,
      );
    },
    figure: async (name) => {
      const { body } = await set.render();
      const line = body.split("\n").find((each) => each.startsWith(`test_${name} `));
      return Number(line?.split(" ").at(-1));
    },
  };
}
