import { toQuantity } from "ethers";
import type { JsonRpcProvider } from "ethers";
import { passTime } from "../../../scripts/demo/chain";
import { waitFor } from "../../../scripts/shared/wait";
import type { Hex } from "../../../tensor/src/index";

/** How often journeys look, and when they give up; far longer than a loaded machine needs. */
export const PATIENCE = { everyMs: 50, timeoutMs: 90_000 } as const;

type Pool = Readonly<Record<string, Readonly<Record<string, { readonly hash: Hex }>>>>;

/** A transaction of an account that anvil signs for. */
export type RpcTransaction = Readonly<Record<"from" | "to" | "data" | "gas", string>>;

/** An anvil that mines when it is told to. */
export class HeldChain {
  constructor(private readonly provider: JsonRpcProvider) {}

  /** Mines `blocks` blocks, the first with all transactions that wait. */
  async mine(blocks = 1): Promise<void> {
    await this.provider.send("anvil_mine", [toQuantity(blocks)]);
  }

  /** Mines block after block until `look` gives something other than undefined. */
  mineUntil<Found>(what: string, look: () => Promise<Found | undefined>): Promise<Found> {
    return waitFor({ what, ...PATIENCE }, async () => {
      await this.mine();
      return look();
    });
  }

  /** Hashes of the transactions of `account` that wait to be mined, by nonce. */
  async waiting(account: string): Promise<Readonly<Record<string, Hex>>> {
    const { pending } = (await this.provider.send("txpool_content", [])) as { pending: Pool };
    const own = Object.entries(pending).find(([from]) => from.toLowerCase() === account);
    return Object.fromEntries(
      Object.entries(own?.[1] ?? {}).map(([nonce, { hash }]) => [nonce, hash]),
    );
  }

  /** Drops all transactions that wait to be mined. */
  async forget(): Promise<void> {
    await this.provider.send("anvil_dropAllTransactions", []);
  }

  /**
   * Replaces the blocks from `first` on by as many others, of which the first holds `transactions`
   * and the rest none; what the old ones held is gone.
   */
  async reorganise(first: number, ...transactions: readonly RpcTransaction[]): Promise<void> {
    const depth = (await this.height()) - first + 1;
    const placed = transactions.map((transaction) => [transaction, 0]);
    await this.provider.send("anvil_reorg", [depth, placed]);
  }

  /** Lets time pass. */
  pass(seconds: bigint): Promise<void> {
    return passTime(this.provider, seconds);
  }

  /** Number of the newest block. */
  height(): Promise<number> {
    return this.provider.getBlockNumber();
  }

  /** Holds mining back until `release`, which brings back all that was before. */
  async hold(): Promise<() => Promise<void>> {
    const snapshot: unknown = await this.provider.send("evm_snapshot", []);
    await this.provider.send("evm_setAutomine", [false]);
    return async () => {
      await this.forget();
      await this.provider.send("evm_revert", [snapshot]);
      await this.provider.send("evm_setAutomine", [true]);
    };
  }
}
