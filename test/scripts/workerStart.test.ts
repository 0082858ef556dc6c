import { expect } from "chai";
import { mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setUpWorker } from "../../scripts/demo/worker";
import { startOn } from "../../scripts/demo/site";
import type { Running, Site } from "../../scripts/demo/site";
import { openLevelStore } from "../../worker/src/journal/store";
import { ZERO_HASH } from "../../sdk/src/index";
import { DIGIT_FILES } from "../../tensor/train/files";
import { DocumentServer, whole } from "../journeys/support/documents";
import { openStage } from "../journeys/support/stage";
import type { JourneyStage } from "../journeys/support/stage";
import { runNode } from "./support";
import type { Ending } from "./support";

const NOBODY = `0x${"dead".padStart(40, "0")}`;

/*
worker run
├── starts with a model that it names by id, from where its card says, and keeps the file
├── ends with DATA_IN_USE beside a process with the same folder, and writes nothing into it
├── ends with PORT_IN_USE beside a process on the same port
├── ends with NOT_DEPLOYED given an address without a contract
├── ends with MODEL given a model that is not registered
└── ends with CHAIN given a folder of another chain with the same id, without fetching the model again
*/
describe("worker run", () => {
  let stage: JourneyStage;
  let folder: string;
  let site: Site;
  let first: Running;
  let snapshot: unknown;
  let kept: string;
  const models = new DocumentServer();
  before(async () => {
    stage = await openStage();
    snapshot = await stage.provider.send("evm_snapshot", []);
    folder = await mkdtemp(join(tmpdir(), "ergon-start-"));
    kept = join(folder, "data", "models", `${stage.cast.modelId}.ergon`);
    await models.open();
    const weightsUri = models.serve("digits", whole(await readFile(DIGIT_FILES.model)));
    await setCard(weightsUri);
    site = await setUpWorker({ ...stage, folder }, stage.cast, {
      models: [{ id: stage.cast.modelId, prices: {} }],
      weights: { hosts: [models.host], networks: ["127.0.0.0/8"] },
    });
    first = await startOn(stage.helpers, site, { command: "run" });
  });
  after(async () => {
    await first.process.kill();
    await models.close();
    await rm(folder, { recursive: true });
    await stage.provider.send("evm_revert", [snapshot]);
  });

  async function setCard(weightsUri: string): Promise<void> {
    const { modelId, provider } = stage.cast;
    const card = { uri: "", digest: ZERO_HASH, weightsUri };
    await (await provider.modelRegistry.setCard(modelId, card)).wait();
  }

  /** The configuration with other words in it, in the same folder. */
  async function changed(from: string, to: string): Promise<string> {
    const config = join(dirname(site.config), "changed.json");
    await writeFile(config, (await readFile(site.config, "utf8")).replaceAll(from, to));
    return config;
  }

  const run = (config: string, ...flags: readonly string[]): Promise<Ending> =>
    runNode("worker/src/cli.ts", "run", "--config", config, ...flags);

  it("starts with a model that it names by id, from where its card says, and keeps the file", async () => {
    expect((await readFile(kept)).equals(await readFile(DIGIT_FILES.model))).to.equal(true);
  });

  it("ends with DATA_IN_USE beside a process with the same folder, and writes nothing into it", async () => {
    await rename(kept, join(folder, "aside"));
    const { code, stderr } = await run(site.config);
    expect(await readdir(dirname(kept))).to.deep.equal([]);
    await rename(join(folder, "aside"), kept);
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
    const config = await changed(jobEscrow, NOBODY);
    const { code, stderr } = await run(config, "--data-dir", join(folder, "elsewhere"));
    expect(code).to.equal(1);
    expect(stderr).to.equal(`NOT_DEPLOYED: the chain has no jobEscrow at ${NOBODY}\n`);
  });

  it("ends with MODEL given a model that is not registered", async () => {
    const id = `0x${"ab".repeat(32)}`;
    const config = await changed(stage.cast.modelId, id);
    const { code, stderr } = await run(config, "--data-dir", join(folder, "elsewhere"));
    expect(code).to.equal(1);
    expect(stderr).to.equal(
      `MODEL: model ${id} is not registered; correct models[].id, or register it\n`,
    );
  });

  it("ends with CHAIN given a folder of another chain with the same id, without fetching the model again", async () => {
    await setCard("https://gone.example");
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
