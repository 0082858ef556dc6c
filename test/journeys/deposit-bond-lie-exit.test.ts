import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";

const ROOT = resolve(__dirname, "../..");
const CHART = resolve(ROOT, ".demo/finance.svg");
const TIMEOUT_MS = 180_000;

/*
A season of two vaults on a chain of its own
└── stakers of the honest one earn, those of the one that lies once lose what its junior does not cover, who left before gets
    what was due, and a chart of it is written
*/
describe("a season of two vaults on a chain of its own", () => {
  it("pays stakers of the honest one, and charges the liar first", async function () {
    this.timeout(TIMEOUT_MS);
    const demo = ["-r", "ts-node/register", "scripts/demo.ts", "--act", "finance"];
    // the act itself fails unless every figure is what it should be
    const { stdout } = await promisify(execFile)(process.execPath, demo, { cwd: ROOT });
    expect(stdout).to.match(/the honest vault[^]*bonds that were lost *│ 0\.0 TUSD/);
    expect(stdout).to.match(/the lying vault[^]*of that the stakers' *│ [1-9]/);
    const chart = await readFile(CHART, "utf8");
    expect(chart).to.match(/^<svg /);
    expect(chart).to.contain("utilisation of the stake").and.to.contain("share price, TUSD");
  });
});
