import { time } from "@nomicfoundation/hardhat-network-helpers";
import { concedeGame, getBoard, getJob, nextMoves, playMove, toUnit } from "../../sdk/src/index";
import { challengeClaim, deliverClaim, knowing } from "../shared/arena";
import { DIGIT_ORDER, deployDigits, inTokens, measureMove, outputOf } from "./digits";
import type { MeasuredOverload } from "../../scripts/docs/measured";
import type { GameRecord } from "../../sdk/src/index";

const GAMES = 64;

/** Challenges an honest job as often as it goes at the usual bonds, and gives up once answered. */
export async function measureOverload(): Promise<MeasuredOverload> {
  const arena = await deployDigits();
  const { players, model, inputs, honest } = arena;
  const claimed = honest.map(outputOf);
  const { id } = await deliverClaim(arena, model, inputs, claimed, DIGIT_ORDER);
  const knowledge = knowing(model, inputs, honest);
  const gas = { worker: 0, challenger: 0 };
  const count = async (by: keyof typeof gas, call: string, hash: string): Promise<void> => {
    gas[by] += (await measureMove(arena, by, call, hash)).gas;
  };
  const games: GameRecord[] = [];
  for (let unit = 0; unit < GAMES; unit++) {
    const job = await getJob(players.stranger, { id });
    const game = await challengeClaim(arena, job, toUnit(claimed, unit));
    await count("challenger", "challenge", game.events[0].at.transactionHash);
    games.push(game);
  }
  let [lost, fees, bonds] = [0n, 0n, 0n];
  for (const game of games) {
    const job = await getJob(players.stranger, { id });
    const now = BigInt(await time.latest());
    for (const move of await nextMoves(
      await getBoard(players.worker, game),
      knowledge,
      "worker",
      now,
    )) {
      const { transaction } = await playMove(players.worker, { game, job, move });
      await count("worker", move.name, transaction.hash);
    }
    const { trace } = await getBoard(players.challenger, game);
    const { game: over, transaction } = await concedeGame(players.challenger, { game, trace, job });
    await count("challenger", "concede", transaction.hash);
    bonds += game.game.bond;
    lost += game.game.bond - (over.end?.toChallenger ?? 0n);
    fees += over.end?.toWorker ?? 0n;
  }
  return {
    games: GAMES,
    workerGas: gas.worker,
    challengerGas: gas.challenger,
    bonds: inTokens(bonds),
    lost: inTokens(lost),
    fees: inTokens(fees),
  };
}
