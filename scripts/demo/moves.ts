import { getJob, jobIdOf, sameHex, tellGame, translated } from "../../sdk/src/index";
import type { Address, GameRecord } from "../../sdk/src/index";
import { formatAmount } from "../shared/token";
import type { Cast } from "./cast";
import { printTexts, requireEqual } from "./report";

/** A transaction of a game, told in words. */
export interface ToldTransaction {
  /** Who sent it. */
  readonly by: string;
  /** What it did, sentence by sentence. */
  readonly what: readonly string[];
  readonly gas: bigint;
}

interface Sent {
  readonly hash: string;
  readonly from: string;
}

/**
 * The transactions of the only game that is played, told in plain words; `names` has all senders.
 * Throws `ScriptError` CHECK_FAILED if transactions and words do not fit.
 */
export async function movesOf(
  { client, model, token }: Cast,
  game: GameRecord,
  names: ReadonlyMap<Address, string>,
): Promise<readonly ToldTransaction[]> {
  const job = await getJob(client, { id: jobIdOf(game.id) });
  const told = tellGame({
    game,
    job,
    program: model.program,
    formatAmount: (amount) => formatAmount(token, amount),
  });
  const answers = told.filter(({ event }) => event === undefined);
  const moves: ToldTransaction[] = [];
  for (const { hash, from } of await transactionsOf(client, game)) {
    const events = told.filter(({ event }) => event?.at.transactionHash === hash);
    const what = events.length > 0 ? events : answers.splice(0, 1);
    requireEqual(`whether words tell of transaction ${hash}`, what.length > 0, true);
    const receipt = await translated(() => client.provider.getTransactionReceipt(hash));
    moves.push({
      by: nameOf(names, from),
      what: what.map(({ text }) => text),
      gas: receipt?.gasUsed ?? 0n,
    });
  }
  requireEqual("the number of answers without a transaction", answers.length, 0);
  return moves;
}

/** Prints a game, a row for each transaction. */
export function printMoves(moves: readonly ToldTransaction[]): void {
  const rows = moves.map(({ by, what, gas }) => [by, what.join("\n"), String(gas)]);
  const total = moves.reduce((sum, { gas }) => sum + gas, 0n);
  printTexts(["who", "what", "gas"], [...rows, ["", "together", String(total)]]);
}

/** What was sent to the verifier from the first to the last event of a game. */
async function transactionsOf(
  { provider, addresses }: Cast["client"],
  { events }: GameRecord,
): Promise<readonly Sent[]> {
  const [first, last] = [events[0], events[events.length - 1]].map(({ at }) => at.blockNumber);
  const sent: Sent[] = [];
  for (let number = first; number <= last; number++) {
    const block = await translated(() => provider.getBlock(number, true));
    const transactions = block?.prefetchedTransactions ?? [];
    sent.push(
      ...transactions.filter(({ to }) => sameHex(to ?? "0x", addresses.optimisticVerifier)),
    );
  }
  return sent;
}

function nameOf(names: ReadonlyMap<Address, string>, account: string): string {
  const known = [...names].find(([address]) => sameHex(address, account));
  requireEqual(`whether ${account} is known`, known !== undefined, true);
  return known?.[1] ?? account;
}
