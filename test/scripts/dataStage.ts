import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

import { passTime, passUntil } from "../../scripts/demo/chain";
import { timeOf } from "../../scripts/shared/chain";
import { toJson } from "../../scripts/shared/output";
import {
  TermsClass,
  ZERO_HASH,
  accountOf,
  asAddress,
  createErgonClient,
  deliverJob,
  deposit,
  getBalances,
  getJob,
  makeAsk,
  registerModel,
  signAsk,
} from "../../sdk/src/index";
import type { Address, Ask, ErgonClient } from "../../sdk/src/index";
import {
  ReferenceExecutor,
  decodeTensor,
  encodeTensor,
  listRoot,
  modelId,
  tensorId,
} from "../../tensor/src/index";
import type { Hex } from "../../tensor/src/index";
import { openStage } from "../journeys/support/stage";
import type { JourneyStage } from "../journeys/support/stage";
import { PROGRAM } from "../shared/data";
import { runOn, toldOn } from "./support";
import type { Ending } from "./support";

/** Test accounts of the chain: founder, two contributors, host, pool's owner, and who has no part. */
export const [FOUNDER, HELPFUL, HARMFUL, HOST, POOL_OWNER, STRANGER] = [4, 5, 6, 7, 8, 9];
/** A whole token, of 6 decimals. */
export const WHOLE = 1_000_000n;
export const DAY = 86_400n;
/** Units of a job, which are test points that are drawn. */
export const UNITS = 4;

/** What commands of `epoch` tell. */
export interface ToldEpoch {
  readonly epochId: string;
  readonly epoch: Readonly<Record<string, unknown>> & { readonly status: string };
  readonly next: Readonly<Record<string, string>>;
}

/** What `dataset values` tells of a slot. */
export interface Worth {
  readonly slot: string;
  readonly owner: string;
  readonly value: string;
  readonly reward: string;
  readonly shares: string;
}

/** What `dataset claim` and `charge` tell. */
export interface Claimed {
  readonly epochId: string;
  readonly worth: Worth;
  readonly amount: string;
}

/** What `governance` tells of a proposal. */
export interface Proposed {
  readonly proposal: Readonly<
    Record<"proposalId" | "state" | "snapshotAt" | "deadline", string>
  > & {
    readonly executableAt?: string;
    readonly votes: Readonly<Record<"for" | "quorum", string>>;
  };
}

/** What the command `dataset create` takes; the program is that of the tests' dataset. */
export async function planOf(stage: DataStage) {
  return {
    name: "Places",
    shape: { slots: 4, pointsPerSlot: 7, dimensions: 31 },
    program: { neighbours: 3, radiusSquared: 2 },
    ...{ contributionBond: "1", seedBond: "5" },
    ...{ host: await stage.addressOf(HOST), poolOwner: await stage.addressOf(POOL_OWNER) },
    valuation: {
      ...{ maxUnitPrice: "0.001", minUnitBond: "0.022" },
      ...{ class: "fast", maxTurnaround: 3_600 },
    },
    sale: { initialPrice: "20", reserve: "10", cap: "100", ratePerDay: "2" },
  };
}

/** Points around places on a line; what is right of zero is 1, what is left of it 2. */
export function pointsAt(places: readonly number[], label?: number) {
  return places.map((place) => ({
    embedding: [place, -place],
    label: label ?? (place > 0 ? 1 : 2),
  }));
}

/** A chain on which the command line makes and runs datasets, with a folder for its files. */
export class DataStage {
  private constructor(
    readonly stage: JourneyStage,
    readonly folder: string,
    private readonly snapshot: unknown,
  ) {}

  /** Funds who takes part. */
  static async open(): Promise<DataStage> {
    const stage = await openStage();
    const snapshot: unknown = await stage.provider.send("evm_snapshot", []);
    const data = new DataStage(stage, await mkdtemp(join(tmpdir(), "ergon-data-")), snapshot);
    const { token } = stage.book.contracts;
    for (const account of [FOUNDER, HELPFUL, HARMFUL, HOST, POOL_OWNER, STRANGER]) {
      const holder = await data.addressOf(account);
      await stage.provider.send("anvil_dealERC20", [holder, token, "0x3b9aca00"]);
      if (account === FOUNDER) continue;
      await deposit(await data.clientOf(account), { token, amount: 100n * WHOLE });
    }
    return data;
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    await this.stage.provider.send("evm_revert", [this.snapshot]);
  }

  async addressOf(account: number): Promise<Address> {
    return asAddress((await this.stage.provider.getSigner(account)).address);
  }

  /** What an account has in the Ledger, in payment-token units. */
  async claimsOf(account: number): Promise<bigint> {
    const { token } = this.stage.book.contracts;
    return (await getBalances(await this.clientOf(account), { token })).claims;
  }

  async clientOf(account: number): Promise<ErgonClient> {
    const runner = await this.stage.provider.getSigner(account);
    const { contracts: addresses, fromBlock } = this.stage.book;
    return createErgonClient({ runner, addresses, fromBlock });
  }

  /** The path of a file of the tests. */
  file(name: string): string {
    return join(this.folder, name);
  }

  /** Writes JSON into a file, and returns its path. */
  async write(name: string, value: unknown): Promise<string> {
    await writeFile(this.file(name), toJson(value));
    return this.file(name);
  }

  /** What a command that works tells, as JSON. */
  async tell<Told>(account: number, ...args: readonly unknown[]): Promise<Told> {
    const [command, ...rest] = args;
    const given = [...rest, "--account", account, "--json"];
    return JSON.parse(await toldOn(this.stage, String(command), ...given)) as Told;
  }

  /** What a command that reads tells in lines. */
  lines(command: string, ...args: readonly unknown[]): Promise<string> {
    return toldOn(this.stage, command, ...args);
  }

  run(command: string, ...args: readonly unknown[]): Promise<Ending> {
    return runOn(this.stage, command, ...args);
  }

  /** Expects a command to end with `code` and an error that begins with `error`. */
  async refuses(code: number, error: string, account: number, ...args: readonly unknown[]) {
    const [command, ...rest] = args;
    const ending = await this.run(String(command), ...rest, "--account", account);
    expect(ending.stderr).to.include(`error ${error}`);
    expect(ending.code).to.equal(code);
  }

  pass(seconds: bigint): Promise<void> {
    return passTime(this.stage.provider, seconds);
  }

  passUntil(time: bigint): Promise<void> {
    return passUntil(this.stage.provider, time);
  }

  /** Registers the program. */
  async register(): Promise<void> {
    const { program } = PROGRAM;
    const card = { uri: "", digest: ZERO_HASH, weightsUri: "" };
    await registerModel(this.stage.cast.client, { program, card });
  }

  /** Makes a dataset as the command does. */
  async create(): Promise<Address> {
    const file = await this.write("plan.json", await planOf(this));
    const made = await this.tell<{ dataset: { dataset: Address } }>(
      ...([FOUNDER, "dataset", "create", file] as const),
    );
    return made.dataset.dataset;
  }

  /** The file of an ask for the program that the stage's provider signed. */
  async ask(changes: Partial<Ask> = {}): Promise<string> {
    const { provider, client } = this.stage.cast;
    const { optimisticVerifier: verifier, token } = this.stage.book.contracts;
    const ask = makeAsk({
      ...{ provider: await accountOf(provider), modelId: modelId(PROGRAM.program), token },
      ...{ unitPrice: 1_000n, unitBond: 22_000n, maxUnits: 64n, verifier },
      ...{ termsClass: TermsClass.Fast, now: await timeOf(client.provider), ...changes },
    });
    return this.write("ask.json", { ask, signature: await signAsk(provider, ask) });
  }
}

/** The part of a worker's HTTP interface that valuations need; it delivers as the stage's provider. */
export class Valuer {
  private readonly stored = new Map<string, Buffer>();
  private outputs: readonly Hex[] | undefined;
  private readonly server = createServer((request, response) => {
    void this.answer(request).then(([status, body]) => response.writeHead(status).end(body));
  });

  constructor(private readonly stage: JourneyStage) {}

  /** Begins to listen, and returns where. */
  async listen(): Promise<string> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Runs and delivers a job, whose input was put here. */
  async deliver(jobId: bigint): Promise<void> {
    const { provider } = this.stage.cast;
    const job = await getJob(provider, { id: jobId });
    const executor = new ReferenceExecutor();
    let state = decodeTensor(this.stored.get(`/blobs/${job.job.inputRoot}`) ?? Buffer.alloc(0));
    const ids: Hex[] = [];
    for (let unit = 0; unit < UNITS; unit++) {
      [state] = await executor.run(PROGRAM, [state]);
      ids.push(tensorId(state));
      this.stored.set(`/blobs/${tensorId(state)}`, Buffer.from(encodeTensor(state)));
    }
    await deliverJob(provider, { job, outputRoot: listRoot(ids) });
    this.outputs = ids;
  }

  /** Says these outputs from now on. */
  say(outputs: readonly Hex[] | undefined): readonly Hex[] | undefined {
    const before = this.outputs;
    this.outputs = outputs;
    return before;
  }

  private async answer(
    request: AsyncIterable<Buffer> & { readonly method?: string; readonly url?: string },
  ): Promise<[number, Buffer | string]> {
    const { url = "" } = request;
    if (request.method === "PUT") {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      this.stored.set(url, Buffer.concat(parts));
      return [201, "{}"];
    }
    if (url.startsWith("/jobs/")) {
      const { outputs } = this;
      return [200, JSON.stringify({ state: "delivered", units: UNITS, done: UNITS, outputs })];
    }
    const blob = this.stored.get(url);
    return blob === undefined
      ? [404, JSON.stringify({ code: "NOT_FOUND", message: "no such blob" })]
      : [200, blob];
  }
}
