import { keccak256 } from "ethers";
import { address, word } from "./fixtures";
import type { Disputes, LiveGame } from "../../../worker/src/chain/disputes";
import { ChainError } from "../../../worker/src/chain/errors";
import type { Call } from "../../../worker/src/chain/node";
import { parse, stringify } from "../../../worker/src/json";
import { Outcome, Stage, TermsClass, ZERO_HASH } from "../../../sdk/src/index";
import type {
  Board,
  Descent,
  Game,
  GameRecord,
  JobRecord,
  Knowledge,
  Move,
  Reveal,
} from "../../../sdk/src/index";
import { MerkleTree } from "../../../tensor/src/index";
import type { Hex } from "../../../tensor/src/index";
import { INCREMENT } from "./model";

/** When the challenger moved, in seconds; the worker may answer until `WORKER_UNTIL`. */
export const MOVED_AT = 1_000n;
export const CLOCK = 10_800n;
export const WORKER_UNTIL = Number(MOVED_AT + CLOCK);
export const JOB = 7n;

const OUTPUTS = [word(1), word(2)];
const ROOT = MerkleTree.ofList(OUTPUTS).root;

/** What both sides of the fixtures' games hold for true: the outputs as they were claimed. */
export const TRUTH: Knowledge = {
  model: INCREMENT,
  chained: false,
  outputIds: new Map(OUTPUTS.entries()),
  inputIds: OUTPUTS,
  trace: () => Promise.reject(new Error("no trace is needed")),
};

/** What somebody holds for true who found unit 1 wrong. */
export const DOUBT: Knowledge = { ...TRUTH, outputIds: new Map([[1, word(3)]]) };

/** A game about two units that has just begun. */
export function aGame(change: Partial<Game> = {}): Game {
  return {
    id: (JOB << 32n) | 1n,
    challenger: address("d"),
    token: address("7"),
    bond: 100n,
    units: 2n,
    movedAt: MOVED_AT,
    workerClock: CLOCK,
    challengerClock: CLOCK,
    answers: 0n,
    stage: Stage.Units,
    termsClass: TermsClass.Fast,
    height: 1n,
    index: 0n,
    unit: 0n,
    node: ROOT,
    programNode: ZERO_HASH,
    header: 0n,
    ...change,
  };
}

/** The board of a game in which nothing but this was revealed. */
export function aBoard(game: Game, reveal?: Reveal): Board {
  const nowhere = async () => undefined;
  return {
    game,
    revealedAt: async () => reveal?.at,
    reveal: async () => reveal,
    claim: nowhere,
    leaf: nowhere,
  };
}

/** The worker's answer to the fixtures' games at `at`. */
export function anAnswer(at: bigint): Reveal {
  return { children: OUTPUTS, at };
}

interface State {
  /** The first block of which this holds. */
  readonly from: number;
  readonly game?: Game;
  readonly reveal?: Reveal;
  readonly slashed: boolean;
  readonly outcome?: Outcome;
}

/** A verifier whose games stand where a test puts them. */
export class FakeDisputes implements Disputes {
  readonly address = address("9");
  /** Games that cannot be read. */
  readonly broken = new Set<bigint>();
  /** Jobs that were challenged, with the block. */
  readonly challenges = new Map<bigint, number>();
  /** Jobs as they are, of all blocks. */
  readonly jobs = new Map<bigint, JobRecord>();
  /** Unresolved games by job. */
  readonly live = new Map<bigint, number>();
  /** The bond of a challenge. */
  price = 100n;
  private readonly states = new Map<bigint, State[]>();

  /** Lets a game stand so from block `from` on; without a game it is over. */
  put(id: bigint, from: number, state: Omit<Partial<State>, "from"> = {}): void {
    const known = this.states.get(id) ?? [];
    this.states.set(id, [...known, { slashed: false, ...state, from }]);
  }

  async games({ job, to }: { job: bigint; to: number }): Promise<readonly bigint[]> {
    const begun = [...this.states].filter(([, [{ from }]]) => from <= to);
    return begun.map(([id]) => id).filter((id) => id >> 32n === job);
  }

  async challenged(jobs: readonly bigint[], from: number, to: number): Promise<readonly bigint[]> {
    return jobs.filter((job) => {
      const block = this.challenges.get(job) ?? -1;
      return block >= from && block <= to;
    });
  }

  async load(id: bigint, block: number): Promise<LiveGame | undefined> {
    if (this.broken.has(id)) throw new ChainError("RPC", "not read");
    const state = this.states.get(id)?.findLast(({ from }) => from <= block);
    if (state?.game === undefined) return undefined;
    const { game, reveal, slashed } = state;
    const position = keccak256(word(Number(game.movedAt))) as Hex;
    return { id, position, board: aBoard(game, reveal), slashed };
  }

  async record(id: bigint, block: number): Promise<GameRecord> {
    const state = this.states.get(id)?.findLast(({ from }) => from <= block);
    const { outcome = Outcome.Lapsed } = state ?? {};
    const end = { name: "GameOver", outcome, toChallenger: 1n, toWorker: 2n } as const;
    return { id, game: aGame({ id }), end, events: [] };
  }

  async job(id: bigint): Promise<JobRecord> {
    return this.jobs.get(id) ?? ({ id } as JobRecord);
  }

  async liveGames(job: bigint): Promise<number> {
    return this.live.get(job) ?? 0;
  }

  async bond(): Promise<bigint> {
    return this.price;
  }

  challenge({ id }: JobRecord, { height, index, node }: Descent, most: bigint): Call {
    return callOf({ id, name: "challenge", height, index, node, most });
  }

  move({ id }: LiveGame, _job: JobRecord, { name }: Move): Call {
    return callOf({ id, name });
  }

  unfreeze({ id }: JobRecord): Call {
    return callOf({ id, name: "unfreeze" });
  }

  batch(calls: readonly Call[]): Call {
    return callOf(calls.flatMap(movesIn));
  }
}

/** A move, a challenge or a demand as the fakes encode it. */
export interface FakeMove {
  readonly id: bigint;
  readonly name: Move["name"] | "challenge" | "demand" | "lapse" | "unfreeze";
}

/** The moves of a call, in order. */
export function movesIn({ data }: Call): readonly FakeMove[] {
  const { args } = parse(Buffer.from(data.slice(2), "hex").toString()) as { args: FakeMove };
  return [args].flat();
}

/** A call that the fake chain executes and that changes nothing. */
export function callOf(args: object): Call {
  const text = stringify({ name: "other", args });
  return { to: address("9"), data: `0x${Buffer.from(text).toString("hex")}` };
}
