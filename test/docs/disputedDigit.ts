import { time } from "@nomicfoundation/hardhat-network-helpers";
import {
  atOutputRoot,
  explainGame,
  getBoard,
  getJob,
  nextMoves,
  playMove,
  resolveGame,
} from "../../sdk/src/index";
import { challengeClaim, deliverClaim, knowing } from "../shared/arena";
import {
  DIGIT_ORDER,
  deployDigits,
  digitOf,
  forge,
  inTokens,
  measureMove,
  outputOf,
} from "./digits";
import type { MeasuredGame, PlayedMove } from "../../scripts/docs/measured";
import type { GameOutcome, Knowledge } from "../../sdk/src/index";
import type { Arena } from "../shared/arena";

const FALSE_UNIT = 37;
/** The sums of the second convolution. */
const FALSE_NODE = 10;
const SECONDS = { worker: 120, challenger: 60 };

/**
 * A worker delivers a hundred digits of which one is false, because one number inside the network is;
 * a challenger that knows the truth proves it.
 */
export async function playDisputedDigit(): Promise<MeasuredGame> {
  const arena = await deployDigits();
  const { model, inputs, honest } = arena;
  const forged = forge(model, inputs[FALSE_UNIT], FALSE_NODE);
  const lies = honest.with(FALSE_UNIT, forged);
  const before = await balancesOf(arena);
  const { id } = await deliverClaim(arena, model, inputs, lies.map(outputOf), DIGIT_ORDER);
  const truth = knowing(model, inputs, honest);
  const { outcome, moves } = await play(arena, id, knowing(model, inputs, lies), truth);
  const after = await balancesOf(arena);
  const said = `Digit ${FALSE_UNIT} is a ${digitOf(honest[FALSE_UNIT])}`;
  return {
    story: [
      `${said}; the worker delivered logits that say ${digitOf(forged)}.`,
      ...explainGame({
        ...outcome,
        program: model.program,
        formatAmount: (amount) => `${inTokens(amount)} TUSD`,
      }),
    ],
    moves,
    balances: Object.fromEntries(
      [...after].map(([who, amount]) => [who, inTokens(amount - (before.get(who) ?? 0n))]),
    ),
  };
}

async function play(
  arena: Arena,
  jobId: bigint,
  lie: Knowledge,
  truth: Knowledge,
): Promise<{ readonly outcome: GameOutcome; readonly moves: readonly PlayedMove[] }> {
  const { players } = arena;
  const moves: PlayedMove[] = [];
  const delivered = await getJob(players.stranger, { id: jobId });
  let game = await challengeClaim(arena, delivered, atOutputRoot(delivered.job));
  moves.push(
    await measureMove(arena, "challenger", "challenge", game.events[0].at.transactionHash),
  );
  const job = await getJob(players.stranger, { id: jobId });
  for (;;) {
    for (const by of ["worker", "challenger"] as const) {
      const client = players[by];
      const board = await getBoard(client, game);
      const now = BigInt(await time.latest());
      for (const move of await nextMoves(board, by === "worker" ? lie : truth, by, now)) {
        const { trace } = await getBoard(client, game);
        if (move.name === "resolve") {
          const outcome = await resolveGame(players.stranger, { game, trace, job });
          moves.push(await measureMove(arena, "anyone", "resolve", outcome.transaction.hash));
          return { outcome, moves };
        }
        await time.setNextBlockTimestamp((await time.latest()) + SECONDS[by]);
        const outcome = await playMove(client, { game, trace, job, move });
        moves.push(await measureMove(arena, by, move.name, outcome.transaction.hash));
        game = outcome.game;
      }
    }
  }
}

async function balancesOf(arena: Arena): Promise<ReadonlyMap<string, bigint>> {
  const { ledger, tokenAddress, client, provider, worker, challenger, treasury, escrow } = arena;
  const parties = { client, provider, worker, challenger, treasury, "held for 30 days": escrow };
  const balances = new Map<string, bigint>();
  for (const [who, account] of Object.entries(parties)) {
    balances.set(who, await ledger.balanceOf(account, BigInt(tokenAddress)));
  }
  return balances;
}
