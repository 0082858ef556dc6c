import { expect } from "chai";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStage } from "../journeys/support/stage";
import type { JourneyStage } from "../journeys/support/stage";
import { runOn, runScript } from "./support";

const NOBODY = "0x000000000000000000000000000000000000dEaD";

/*
a command on a deployment
├── it ends with KEY_MISSING given a test account that the node has not
└── it ends with NOT_DEPLOYED given an address at which the chain has no contract
*/
describe("a command on a deployment", () => {
  let stage: JourneyStage;
  let folder: string;
  before(async () => {
    stage = await openStage();
    folder = await mkdtemp(join(tmpdir(), "ergon-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("ends with KEY_MISSING given a test account that the node has not", async () => {
    const { length } = await stage.provider.listAccounts();
    const { code, stderr } = await runOn(stage, "balance", "show", "--account", length);
    expect(code).to.equal(1);
    expect(stderr).to.include(`error KEY_MISSING: the node has test accounts 0 to ${length - 1}`);
  });

  it("ends with NOT_DEPLOYED given an address at which the chain has no contract", async () => {
    const name = "31337.json";
    const book = await readFile(join(stage.folder, name), "utf8");
    const { jobEscrow } = stage.book.contracts;
    await writeFile(join(folder, name), book.replaceAll(jobEscrow, NOBODY));
    const chain = ["--rpc", stage.rpc, "--addresses", folder];
    const { code, stderr } = await runScript("balance", "show", ...chain);
    expect(code).to.equal(1);
    expect(stderr).to.include(`error NOT_DEPLOYED: the chain has no jobEscrow at ${NOBODY}`);
    expect(stderr).to.include("npm run deploy -- --fresh");
  });
});
