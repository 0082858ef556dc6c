import type { Command } from "commander";

import { withAccount, withChain, withReader, withSigner } from "./shared/chain";
import type { AccountOptions, ChainOptions } from "./shared/chain";
import { createCommand, runCommand } from "./shared/cli";
import { ScriptError } from "./shared/errors";
import { describeGame, gameLine, storyOf } from "./shared/games";
import { printResult } from "./shared/output";
import { readToken } from "./shared/token";
import { bigNumber, wholeNumber } from "./shared/values";
import {
  followGame,
  getBoard,
  getGame,
  getJob,
  getJobGames,
  getTurn,
  isDecided,
  jobIdOf,
  resolveGame,
} from "../sdk/src/index";
import type { ErgonClient, GameRecord } from "../sdk/src/index";

interface StoryOptions extends ChainOptions {
  readonly model?: string;
}

interface FollowOptions extends StoryOptions {
  readonly timeout: number;
}

const FOLLOW_MS = 1_000;

const command = createCommand("game", "Look at the games in which deliveries are disputed.");
withChain(command.command("list").description("list the games about a job, over or not"))
  .argument("<job>", "id of the job", bigNumber)
  .action(list);
withChain(on("show", "show state and whose turn it is")).action(show);
withStory(on("explain", "tell what happened in plain words")).action(explain);
withStory(on("follow", "wait until it is over, then tell what happened"))
  .option("--timeout <seconds>", "how long to wait", wholeNumber, 3_600)
  .action(follow);
withAccount(on("resolve", "end a game that is decided, or in which a side is late")).action(
  resolve,
);

function on(name: string, description: string): Command {
  return command
    .command(name)
    .description(description)
    .argument("<id>", "id of the game", bigNumber);
}

function withStory(withId: Command): Command {
  return withChain(withId).option("--model <file>", "model of the job, to name its nodes");
}

async function list(jobId: bigint, options: ChainOptions): Promise<void> {
  await withReader(options, async ({ client, json }) => {
    const games: GameRecord[] = [];
    const lines: string[] = [];
    for (const id of await getJobGames(client, { jobId })) {
      const game = await getGame(client, { id });
      games.push(game);
      lines.push(gameLine(game, await getTurn(client, { game })));
    }
    printResult(json, { games }, lines.length > 0 ? lines : [`no game about job ${jobId}`]);
  });
}

async function show(id: bigint, options: ChainOptions): Promise<void> {
  await withReader(options, async ({ client, json }) => {
    const game = await getGame(client, { id });
    const turn = await getTurn(client, { game });
    const token = await readToken(client, game.game.token);
    printResult(json, { game, turn }, describeGame(game, turn, token));
  });
}

async function explain(id: bigint, { model, ...options }: StoryOptions): Promise<void> {
  await withReader(options, async ({ client, json }) => {
    const game = await getGame(client, { id });
    const story = await storyOf(client, game, model);
    printResult(json, { game, story }, story);
  });
}

async function follow(id: bigint, { model, timeout, ...options }: FollowOptions): Promise<void> {
  await withReader(options, async ({ client, json }) => {
    const game = await untilOver(client, id, timeout, (line) => {
      if (!json) console.error(line);
    });
    const story = await storyOf(client, game, model);
    printResult(json, { game, story }, story);
  });
}

async function resolve(id: bigint, options: ChainOptions & AccountOptions): Promise<void> {
  await withSigner(options, async ({ client, json }) => {
    const record = await getGame(client, { id });
    const [job, { trace }] = await Promise.all([
      getJob(client, { id: jobIdOf(id) }),
      getBoard(client, record),
    ]);
    const { game, transaction } = await resolveGame(client, { game: record, job, trace });
    const { hash, gasUsed } = transaction;
    const lines = [gameLine(game, undefined), `transaction ${hash}, ${gasUsed} gas`];
    printResult(json, { game, transaction: hash, gas: gasUsed }, lines);
  });
}

/** Follows a game, telling where it stands. Throws `ScriptError` TIMEOUT. */
async function untilOver(
  client: ErgonClient,
  id: bigint,
  seconds: number,
  tell: (line: string) => void,
): Promise<GameRecord> {
  const signal = AbortSignal.timeout(seconds * 1_000);
  let game: GameRecord | undefined;
  try {
    for await (const { record, turn } of followGame(client, { id, signal, pollMs: FOLLOW_MS })) {
      // without a turn another event of the same transaction follows, or the game waits for its end
      if (turn !== undefined || record.end !== undefined || isDecided(record.game)) {
        tell(gameLine(record, turn));
      }
      game = record;
    }
  } catch (error) {
    if (error !== signal.reason) throw error;
    const message = `game ${id} is not over after ${seconds} s`;
    throw new ScriptError("TIMEOUT", message, { cause: error, retryable: true });
  }
  return game ?? getGame(client, { id });
}

/** Settled when the command has ended. */
export const ended = runCommand(command);
