import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { fund } from "../../scripts/demo/cast";
import { startOn } from "../../scripts/demo/site";
import type { Running } from "../../scripts/demo/site";
import { waitFor } from "../../scripts/shared/wait";
import { PurchaseStatus, createErgonClient, getLicence } from "../../sdk/src/index";
import { PATIENCE } from "../journeys/support/heldChain";
import { openHosting, writeFiles } from "../journeys/support/hosting";
import type { Hosting } from "../journeys/support/hosting";
import { openStage } from "../journeys/support/stage";
import type { JourneyStage } from "../journeys/support/stage";
import { runNode, runOn, toldOn } from "./support";

interface Bought {
  readonly id: string;
  readonly price: string;
  readonly deadline: string;
  readonly transaction: string;
}

const [BUYER, STRANGER] = [8, 9];
const FILES = { "images.bin": Buffer.alloc(100_000, 7), "labels.csv": Buffer.from("1,2\n") };

/*
access
├── show tells price, terms and sales in lines
├── buy makes a key that only its owner may read, pays the price, and uses the key again
├── buy ends with 3 above --max-price
├── buy ends with 1 given a key file that others may read, or that holds no key
├── licence tells that it waits, then that it is valid, and writes the dataset's key to a new file
├── licence ends with 1 given --key without --out, a key that opens nothing, or a file that exists
├── download puts all files, or those that are named, into a folder, and goes on with what it left
├── download begins again where what it left is of another file
├── download ends with 1 for who does not hold the licence, for a file that there is not, for no URL and no folder
├── worker host rotate gives the dataset a new key, beside a host that runs; add refuses a folder of folders, or none
├── refund ends with 3 before the host's time is over, and pays back after it
└── everything ends with 1 and ARGUMENT given an address at which the factory made no market
*/
describe("access", () => {
  let stage: JourneyStage;
  let snapshot: unknown;
  let folder: string;
  let hosting: Hosting;
  let market: string;
  let url: string;
  let host: Running | undefined;

  before(async () => {
    stage = await openStage();
    snapshot = await stage.provider.send("evm_snapshot", []);
    folder = await mkdtemp(join(tmpdir(), "ergon-access-"));
    hosting = await openHosting(stage, folder);
    ({ market } = hosting);
    ({ url } = hosting.site.api);
    const { contracts: addresses, fromBlock } = stage.book;
    const runner = await stage.provider.getSigner(BUYER);
    const buyer = createErgonClient({ runner, addresses, fromBlock });
    await fund(stage.provider, buyer, stage.cast.token);
  });
  after(async () => {
    await host?.process.kill();
    await stage.provider.send("evm_revert", [snapshot]);
    await rm(folder, { recursive: true });
  });

  const file = (name: string) => join(folder, name);
  const buy = async (...more: readonly unknown[]): Promise<Bought> =>
    JSON.parse(
      await toldOn(stage, "access", "buy", market, "--account", BUYER, "--json", ...more),
    ) as Bought;
  const fails = async (code: number, words: string, ...args: readonly unknown[]) => {
    const ended = await runOn(stage, "access", ...args);
    expect(ended.stderr).to.include(words);
    expect(ended.code).to.equal(code);
  };
  const untilGranted = (id: bigint) =>
    waitFor({ what: "the grant", ...PATIENCE }, async () => {
      const { status } = await getLicence(hosting.host, { market: hosting.market, id });
      return status === PurchaseStatus.Granted ? true : undefined;
    });

  it("show tells price, terms and sales in lines", async () => {
    const lines = await toldOn(stage, "access", "show", market);
    expect(lines).to.match(/^price +[\d.]+ \w+ now, from 1\.0 \w+ to 1000\.0 \w+$/m);
    expect(lines).to.match(/^licence +30 days from the grant$/m);
    expect(lines).to.match(/^sales +0 bought, 0 pending, 0 granted/m);
  });

  it("buy makes a key that only its owner may read, pays the price, and uses the key again", async () => {
    const first = await buy("--key", file("key"));
    expect([first.id, (await stat(file("key"))).mode & 0o777]).to.deep.equal(["1", 0o600]);
    const key = await readFile(file("key"), "utf8");
    expect(key).to.match(/^0x[0-9a-f]{64}\n$/);
    const second = await buy("--key", file("key"), "--max-price", "500");
    expect(BigInt(second.price) > BigInt(first.price)).to.equal(true);
    expect(await readFile(file("key"), "utf8")).to.equal(key);
  });

  it("buy ends with 3 above --max-price", async () => {
    const args = ["--key", file("key"), "--max-price", "0.5", "--account", BUYER];
    await fails(3, "error REVERT: AccessMarketPriceTooHigh(", "buy", market, ...args);
  });

  it("buy ends with 1 given a key file that others may read, or that holds no key", async () => {
    const as = ["--account", BUYER];
    await writeFile(file("open"), `0x${"11".repeat(32)}\n`);
    await chmod(file("open"), 0o644);
    await fails(1, "error FILE: others may read", "buy", market, "--key", file("open"), ...as);
    await writeFile(file("none"), "0x1234\n", { mode: 0o600 });
    await fails(1, "holds no private key", "buy", market, "--key", file("none"), ...as);
    const nowhere = join(folder, "no", "folder");
    await fails(1, "cannot be written", "buy", market, "--key", nowhere, ...as);
  });

  it("licence tells that it waits, then that it is valid, and writes the dataset's key to a new file", async () => {
    expect(await toldOn(stage, "access", "licence", market, 1)).to.match(/^state +waits for /m);
    const add = ["host", "add", await writeFiles(folder, FILES), "--config", hosting.site.config];
    const { code, stdout, stderr } = await runNode("worker/src/cli.ts", ...add);
    expect([code, stdout], stderr).to.deep.equal([0, "key epoch 0 has 2 files\n"]);
    host = await startOn(stage.helpers, hosting.site, { command: "host" });
    await untilGranted(1n);
    await untilGranted(2n);
    const args = ["licence", market, 1, "--key", file("key"), "--out", file("identity")];
    expect(await toldOn(stage, "access", ...args)).to.match(/^state +valid, last second 20/m);
    expect(await readFile(file("identity"), "utf8")).to.match(/^AGE-SECRET-KEY-1\w{58}\n$/);
    expect((await stat(file("identity"))).mode & 0o777).to.equal(0o600);
  });

  it("licence ends with 1 given --key without --out, a key that opens nothing, or a file that exists", async () => {
    const key = ["--key", file("key")];
    await fails(1, "error ARGUMENT: give --key and --out", "licence", market, 1, ...key);
    const out = ["--out", file("identity")];
    await fails(1, "it exists already", "licence", market, 1, ...key, ...out);
    await writeFile(file("other"), `0x${"11".repeat(32)}\n`, { mode: 0o600 });
    const other = ["--key", file("other"), "--out", file("never")];
    await fails(1, "error INPUT: this private key does not open", "licence", market, 1, ...other);
  });

  const download = (out: string, ...more: readonly unknown[]) => [
    ...["download", market, 1, "--host", url, "--key", file("key"), "--out", file(out)],
    ...["--account", BUYER, ...more],
  ];

  it("download puts all files, or those that are named, into a folder, and goes on with what it left", async () => {
    const lines = await toldOn(stage, "access", ...download("all"));
    expect(lines).to.include(join(file("all"), "images.bin"));
    expect(await readFile(join(file("all"), "images.bin"))).to.deep.equal(FILES["images.bin"]);
    expect(await readFile(join(file("all"), "labels.csv"))).to.deep.equal(FILES["labels.csv"]);
    const { sha256 } = await stored("images.bin.age");
    const encrypted = await readFile(join(folder, "host", "data", "files", "0", sha256));
    await toldOn(stage, "access", ...download("one", "--file", "labels.csv"));
    const part = join(file("one"), "images.bin.age.part");
    await writeFile(part, encrypted.subarray(0, 50_000));
    await toldOn(stage, "access", ...download("one", "--file", "images.bin.age"));
    expect(await readFile(join(file("one"), "images.bin"))).to.deep.equal(FILES["images.bin"]);
    expect(await readdir(file("one"))).to.deep.equal(["images.bin", "labels.csv"]);
  });

  it("download begins again where what it left is of another file", async () => {
    await writeFile(join(file("one"), "images.bin.age.part"), Buffer.alloc(200_000));
    await toldOn(stage, "access", ...download("one"));
    expect(await readFile(join(file("one"), "images.bin"))).to.deep.equal(FILES["images.bin"]);
  });

  it("download ends with 1 for who does not hold the licence, for a file that there is not, for no URL and no folder", async () => {
    const { length } = await readdir(file("one"));
    const args = download("one").map((word) => (word === BUYER ? STRANGER : word));
    await fails(1, "error HOST: HOLDER: licence 1 is not held by", ...args);
    await fails(1, "the host has no file x", ...download("one", "--file", "x"));
    expect(await readdir(file("one"))).to.have.length(length);
    const nobody = download("one").map((word) => (word === url ? "http://127.0.0.1:1" : word));
    await fails(3, "error HOST: UNREACHABLE", ...nobody);
    const noUrl = download("one").map((word) => (word === url ? "localhost:8082" : word));
    await fails(1, "error INPUT: no URL of a host: localhost:8082", ...noUrl);
    await fails(1, "is no folder, and none can be made", ...download("key"));
  });

  it("worker host rotate gives the dataset a new key, beside a host that runs; add refuses a folder of folders, or none", async () => {
    const flags = ["--config", hosting.site.config];
    const rotated = await runNode("worker/src/cli.ts", "host", "rotate", ...flags);
    expect(rotated.stdout).to.match(/^key epoch 1 is ready/);
    await waitFor({ what: "the new key", ...PATIENCE }, async () => {
      const lines = await toldOn(stage, "access", "show", market);
      return /^key epoch +1$/m.test(lines) ? true : undefined;
    });
    await toldOn(stage, "access", ...download("rotated"));
    expect(await readFile(join(file("rotated"), "labels.csv"))).to.deep.equal(FILES["labels.csv"]);
    const bad = await runNode("worker/src/cli.ts", "host", "add", folder, ...flags);
    expect([bad.code, bad.stderr.slice(0, 6)]).to.deep.equal([1, "NAME: "]);
    const none = await runNode("worker/src/cli.ts", "host", "add", file("nowhere"), ...flags);
    const error = `FOLDER: ${file("nowhere")} is no folder that can be read; check its path\n`;
    expect([none.code, none.stderr]).to.deep.equal([1, error]);
  });

  it("refund ends with 3 before the host's time is over, and pays back after it", async () => {
    await host?.process.kill();
    const { id, deadline, price } = await buy("--key", file("key"));
    const args = ["refund", market, id, "--account", STRANGER];
    await fails(3, "error REVERT: AccessMarketRefundTooEarly(", ...args);
    await stage.provider.send("anvil_setNextBlockTimestamp", [Number(deadline) + 1]);
    const told = JSON.parse(await toldOn(stage, "access", ...args, "--json")) as Bought;
    expect([told.id, told.price]).to.deep.equal([id, price]);
    expect(await toldOn(stage, "access", "licence", market, id)).to.match(/^state +refunded$/m);
  });

  it("everything ends with 1 and ARGUMENT given an address at which the factory made no market", async () => {
    const { ledger } = stage.book.contracts;
    for (const args of [
      ["licence", `0x${"dead".padStart(40, "0")}`, 1],
      ["refund", ledger, 1, "--account", BUYER],
    ]) {
      await fails(1, "error ARGUMENT: the deployment's factory made no market at 0x", ...args);
    }
  });

  async function stored(name: string): Promise<{ readonly sha256: string }> {
    const manifest = join(folder, "host", "data", "files", "0", "manifest.json");
    const { files } = JSON.parse(await readFile(manifest, "utf8")) as {
      files: { name: string; sha256: string }[];
    };
    return files.find((each) => each.name === name) ?? { sha256: "" };
  }
});
