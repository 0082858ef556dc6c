import { expect } from "chai";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startOn } from "../../scripts/demo/site";
import type { Running } from "../../scripts/demo/site";
import { openHosting } from "../journeys/support/hosting";
import type { Hosting } from "../journeys/support/hosting";
import { openStage } from "../journeys/support/stage";
import type { JourneyStage } from "../journeys/support/stage";
import { runNode } from "./support";
import type { Ending } from "./support";

const NOBODY = `0x${"dead".padStart(40, "0")}`;

/*
worker host
├── tells in /health whose host it is, and serves nobody without a session
├── ends with DATA_IN_USE beside a process with the same folder
├── ends with PORT_IN_USE beside a process on the same port
├── ends with NOT_DEPLOYED given a market without a contract
├── ends with CHAIN given a folder of another market
└── check --host tells the account, and ends with FIELD given a worker's configuration
*/
describe("worker host", () => {
  let stage: JourneyStage;
  let snapshot: unknown;
  let folder: string;
  let hosting: Hosting;
  let other: Hosting;
  let first: Running;
  before(async () => {
    stage = await openStage();
    snapshot = await stage.provider.send("evm_snapshot", []);
    folder = await mkdtemp(join(tmpdir(), "ergon-start-"));
    hosting = await openHosting(stage, folder);
    other = await openHosting(stage, join(folder, "other"));
    first = await startOn(stage.helpers, hosting.site, { command: "host" });
  });
  after(async () => {
    await first.process.kill();
    await stage.provider.send("evm_revert", [snapshot]);
    await rm(folder, { recursive: true });
  });

  const run = (command: string, ...flags: readonly string[]): Promise<Ending> =>
    runNode("worker/src/cli.ts", command, ...flags);

  const fails = async (message: string | RegExp, ...flags: readonly string[]) => {
    const { code, stderr } = await run("host", ...flags);
    expect(stderr).to.match(typeof message === "string" ? new RegExp(`^${message}`) : message);
    expect(code).to.equal(1);
  };

  /** The configuration with other words in it, in the same folder. */
  const changed = async (name: string, from: string, to: string): Promise<string> => {
    const text = await readFile(hosting.site.config, "utf8");
    const config = join(dirname(hosting.site.config), name);
    await writeFile(config, text.replaceAll(from, to));
    return config;
  };

  it("tells in /health whose host it is, and serves nobody without a session", async () => {
    const health = await fetch(new URL("/health", first.api.url));
    expect(await health.json()).to.deep.include({
      ...{ ok: true, isHost: true, keyEpoch: 0 },
      ...{ market: hosting.market.toLowerCase(), account: hosting.key.address.toLowerCase() },
    });
    expect((await fetch(new URL("/files", first.api.url))).status).to.equal(401);
  });

  it("ends with DATA_IN_USE beside a process with the same folder", async () => {
    const data = join(folder, "host", "data");
    await fails(
      `DATA_IN_USE: another process uses ${data}: give each`,
      "--config",
      hosting.site.config,
    );
  });

  it("ends with PORT_IN_USE beside a process on the same port", async () => {
    const { config } = hosting.site;
    const elsewhere = ["--data-dir", join(folder, "elsewhere")];
    await fails("PORT_IN_USE: another process listens on", "--config", config, ...elsewhere);
  });

  it("ends with NOT_DEPLOYED given a market without a contract", async () => {
    const config = await changed("nobody.json", hosting.market, NOBODY);
    const elsewhere = ["--data-dir", join(folder, "nobody")];
    await fails(
      `NOT_DEPLOYED: the chain has no market at ${NOBODY}`,
      "--config",
      config,
      ...elsewhere,
    );
  });

  it("ends with CHAIN given a folder of another market", async () => {
    const config = await changed("other.json", hosting.market, other.market);
    await first.process.kill();
    await fails(/^CHAIN: the journal belongs to identity 31337\/0x/, "--config", config);
  });

  it("check --host tells the account, and ends with FIELD given a worker's configuration", async () => {
    const { config } = hosting.site;
    const { code, stdout } = await run("check", "--host", "--config", config);
    expect([code, stdout]).to.deep.equal([
      0,
      `${config} is valid; its account is ${hosting.key.address}\n`,
    ]);
    const wrong = await run("check", "--config", config);
    expect([wrong.code, wrong.stderr.startsWith("FIELD: ")]).to.deep.equal([1, true]);
  });
});
