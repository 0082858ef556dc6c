import { expect } from "chai";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setUpWorker } from "../../scripts/demo/worker";
import { startOn } from "../../scripts/demo/site";
import type { Running, Site } from "../../scripts/demo/site";
import { openLevelStore } from "../../worker/src/journal/store";
import { openStage } from "../journeys/support/stage";
import type { JourneyStage } from "../journeys/support/stage";
import { runNode } from "./support";
import type { Ending } from "./support";

const NOBODY = `0x${"dead".padStart(40, "0")}`;

/*
worker run
├── ends with DATA_IN_USE beside a process with the same folder
├── ends with PORT_IN_USE beside a process on the same port
├── ends with NOT_DEPLOYED given an address without a contract
└── ends with CHAIN given a folder of another chain with the same id
*/
describe("worker run", () => {
  let stage: JourneyStage;
  let folder: string;
  let site: Site;
  let first: Running;
  before(async () => {
    stage = await openStage();
    folder = await mkdtemp(join(tmpdir(), "ergon-start-"));
    site = await setUpWorker({ ...stage, folder }, stage.cast);
    first = await startOn(stage.helpers, site, { command: "run" });
  });
  after(async () => {
    await first.process.kill();
    await rm(folder, { recursive: true });
  });

  const run = (config: string, ...flags: readonly string[]): Promise<Ending> =>
    runNode("worker/src/cli.ts", "run", "--config", config, ...flags);

  it("ends with DATA_IN_USE beside a process with the same folder", async () => {
    const { code, stderr } = await run(site.config);
    expect(code).to.equal(1);
    expect(stderr).to.equal(
      `DATA_IN_USE: another process uses ${join(folder, "data")}: give each its own dataDir\n`,
    );
  });

  it("ends with PORT_IN_USE beside a process on the same port", async () => {
    const { code, stderr } = await run(site.config, "--data-dir", join(folder, "other"));
    expect(code).to.equal(1);
    const { host } = new URL(site.api.url);
    expect(stderr).to.equal(
      `PORT_IN_USE: another process listens on ${host}: set http.port, or --http-port\n`,
    );
  });

  it("ends with NOT_DEPLOYED given an address without a contract", async () => {
    const { jobEscrow } = stage.book.contracts;
    const config = join(dirname(site.config), "elsewhere.json");
    const text = await readFile(site.config, "utf8");
    await writeFile(config, text.replaceAll(jobEscrow, NOBODY));
    const { code, stderr } = await run(config, "--data-dir", join(folder, "elsewhere"));
    expect(code).to.equal(1);
    expect(stderr).to.equal(`NOT_DEPLOYED: the chain has no jobEscrow at ${NOBODY}\n`);
  });

  it("ends with CHAIN given a folder of another chain with the same id", async () => {
    await first.process.kill();
    const store = await openLevelStore(join(folder, "data", "journal"));
    const [[key, identity]] = (await store.entries("")).filter(([name]) => name === "identity");
    expect(identity).to.match(/^31337\/0x[0-9a-f]{64}\/0x/);
    await store.batch([{ key, value: identity.replace(/0x[0-9a-f]{64}/, `0x${"11".repeat(32)}`) }]);
    await store.close();
    const { code, stderr } = await run(site.config);
    expect(code).to.equal(1);
    expect(stderr).to.match(/^CHAIN: /);
  });
});
