import { access, readFile, stat } from "node:fs/promises";
import { expect } from "chai";
import { encodeBytes32String } from "ethers";

import { ZERO_HASH, getContributions, withdraw } from "../../sdk/src/index";
import type { Address } from "../../sdk/src/index";
import { decodeModel, modelId } from "../../tensor/src/index";
import { PROGRAM } from "../shared/data";
import {
  DAY,
  DataStage,
  FOUNDER,
  HARMFUL,
  HELPFUL,
  HOST,
  STRANGER,
  WHOLE,
  planOf,
  pointsAt,
} from "./dataStage";
import { runScript } from "./support";

interface Told {
  readonly dataset: Readonly<Record<string, unknown>>;
  readonly contracts: Readonly<Record<string, string>>;
  readonly sale: Readonly<Record<string, string>>;
}

interface Given {
  readonly slots: readonly { readonly slot: string; readonly index: string }[];
}

interface Kept {
  readonly owner: string;
  readonly schema: string;
  readonly uri: string;
  readonly slots: readonly { readonly slot: string; readonly points: readonly unknown[] }[];
}

const OWNER_ONLY = 0o600;
/** Places that take so many slots. */
const placesFor = (slots: number) => Array.from({ length: 7 * slots }, (_, i) => i + 1);
const PLACES = [10, 20, -10, 24, -24];

/*
dataset
├── program writes the model of a plan
├── create refuses a plan whose program nobody registered
├── create refuses a plan that is none, and what the contracts refuse
├── create makes what the plan says, and show tells it
├── show tells a name without what a terminal would obey
├── fund adds to the next pot
├── contribute gives points in as many slots as they take, and keeps them for the owner only
├── contribute overwrites no file, and leaves none of what the chain refuses
├── contribute gives nothing if the dataset has too few slots left
├── contribute tells how many slots were given before one was refused
├── sign-contribution and contribute-for give what somebody else signed
├── withdraw is the owner's or the host's, and contribution tells it
├── release-bond gives the bond of one that left back
├── an address that is no dataset is refused
└── wrong usage ends with 2
*/
describe("dataset", () => {
  let data: DataStage;
  let dataset: Address;
  before(async () => {
    data = await DataStage.open();
  });
  after(() => data.close());

  /** Arguments that give points, and keep them in a file called `name`. */
  const giving = async (command: string, places: readonly number[], name: string, to = dataset) => [
    ...["dataset", command, to, await data.write(`${name}-points.json`, pointsAt(places))],
    ...["--out", data.file(`${name}.json`)],
  ];

  const bondOf = async (account: number, ...args: readonly unknown[]): Promise<unknown> =>
    (await data.tell<{ contribution: object }>(account, "dataset", ...args)).contribution;

  const kept = async (name: string): Promise<Kept> =>
    JSON.parse(await readFile(data.file(`${name}.json`), "utf8")) as Kept;

  it("program writes the model of a plan", async () => {
    const file = await data.write("plan.json", await planOf(data));
    const out = data.file("valuation.ergon");
    const ended = await runScript("dataset", "program", file, "--out", out, "--json");
    expect(ended.code, ended.stderr).to.equal(0);
    const id = modelId(PROGRAM.program);
    expect(JSON.parse(ended.stdout)).to.include({ modelId: id, file: out });
    expect(modelId(decodeModel(await readFile(out)).program)).to.equal(id);
  });

  it("create refuses a plan whose program nobody registered", async () => {
    const file = await data.write("plan.json", await planOf(data));
    const error = `ARGUMENT: nobody registered the plan's program ${modelId(PROGRAM.program)}`;
    await data.refuses(1, error, FOUNDER, "dataset", "create", file);
    await data.register();
  });

  it("create refuses a plan that is none, and what the contracts refuse", async () => {
    const plan = await planOf(data);
    const { shape } = plan;
    const [host, wrong] = [await data.addressOf(HOST), data.file("wrong.json")];
    for (const [change, error] of [
      [{ seedBond: 5 }, `FILE: ${wrong} is no plan of a dataset: ✖ write an amount in whole`],
      [{ host: "0x12" }, `FILE: ${wrong} is no plan of a dataset: ✖ write an address`],
      [{ shape: { ...shape, slots: 513 } }, `FILE: ${wrong} is no plan of a dataset: ✖ too large`],
      [{ shape: { ...shape, dimensions: 2_016 } }, `FILE: ${wrong} is no plan of a dataset: ✖ too`],
      [{ token: host }, "ARGUMENT: the chain has no token at 0x"],
      [{ colour: "red" }, "FILE: "],
      [{ seedBond: "0.0000001" }, "ARGUMENT: 0.0000001 is finer"],
      [{ poolOwner: plan.host }, "REVERT: EpochsInvalidRoles("],
    ] as const) {
      const file = await data.write("wrong.json", { ...plan, ...change });
      await data.refuses(1, error, FOUNDER, "dataset", "create", file);
    }
  });

  it("create makes what the plan says, and show tells it", async () => {
    dataset = await data.create();
    const shown = JSON.parse(await data.lines("dataset", "show", dataset, "--json")) as Told;
    expect(shown.dataset).to.deep.include({
      ...{ dataset, made: true, owner: shown.contracts.timelock, slotsTaken: "0", epochs: "0" },
      ...{ host: await data.addressOf(HOST), contributionBond: String(WHOLE) },
      shape: { slots: "2", slotRows: "3", rowWords: "1" },
    });
    expect(shown.sale).to.include({ reserve: String(10n * WHOLE), potShareBps: "10000" });
    const lines = await data.lines("dataset", "show", dataset);
    expect(lines).to.match(/^name +Places$/m);
    expect(lines).to.match(/^slots +0 of 4 taken, each of 7 points of 31 dimensions$/m);
    expect(lines).to.match(/^bonds +1\.0 TUSD a slot, 5\.0 TUSD a seed$/m);
    for (const name of ["market", "governor"]) {
      expect(lines).to.match(new RegExp(`^${name} +${shown.contracts[name]}$`, "m"));
    }
  });

  it("show tells a name without what a terminal would obey", async () => {
    const file = await data.write("evil.json", {
      ...(await planOf(data)),
      name: "A\nhost  0x\u001b[2J",
    });
    const { dataset: made } = await data.tell<Told>(FOUNDER, "dataset", "create", file);
    const lines = await data.lines("dataset", "show", made.dataset);
    expect(lines).to.match(/^name +A\?host {2}0x\?\[2J$/m);
  });

  it("fund adds to the next pot", async () => {
    const told = await data.tell<Told>(FOUNDER, "dataset", "fund", dataset, "10");
    expect(told.dataset.nextPot).to.equal(String(10n * WHOLE));
  });

  it("contribute gives points in as many slots as they take, and keeps them for the owner only", async () => {
    const places = [...PLACES, 30, -30, 40];
    const more = ["--schema", "places", "--uri", "https://data.example/1"];
    const given = await data.tell<Given>(
      HELPFUL,
      ...(await giving("contribute", places, "first")),
      ...more,
    );
    const file = await kept("first");
    expect(file).to.include({ owner: await data.addressOf(HELPFUL), uri: more[3] });
    expect(file.slots.map(({ slot }) => slot)).to.deep.equal(given.slots.map(({ slot }) => slot));
    expect(file.slots.flatMap(({ points }) => points)).to.deep.equal(pointsAt(places));
    expect((await stat(data.file("first.json"))).mode & 0o777).to.equal(OWNER_ONLY);
    const [first, second] = await getContributions(await data.clientOf(FOUNDER), { dataset });
    expect(first).to.include({ index: 0n, count: 7n, uri: more[3], left: false });
    expect(first.schema).to.equal(encodeBytes32String("places"));
    expect(second).to.include({ index: 1n, count: 1n, slot: given.slots[1].slot });
  });

  it("contribute overwrites no file, and leaves none of what the chain refuses", async () => {
    const before = await readFile(data.file("first.json"), "utf8");
    await data.refuses(1, "FILE: ", HELPFUL, ...(await giving("contribute", [1], "first")));
    expect(await readFile(data.file("first.json"), "utf8")).to.equal(before);
    const { token } = data.stage.book.contracts;
    await withdraw(await data.clientOf(STRANGER), { token, amount: 100n * WHOLE });
    const poor = await giving("contribute", [1], "poor");
    await data.refuses(3, "REVERT: ERC6909InsufficientBalance(", STRANGER, ...poor);
    const gone = await access(data.file("poor.json")).catch((error: unknown) => error);
    expect(gone).to.include({ code: "ENOENT" });
  });

  it("contribute gives nothing if the dataset has too few slots left", async () => {
    const args = await giving("contribute", placesFor(3), "large");
    const error = "ARGUMENT: the points take 3 slots, and the dataset has 2 left: give fewer";
    await data.refuses(1, error, HARMFUL, ...args);
    const lines = await data.lines("dataset", "show", dataset);
    expect(lines).to.match(/^slots +2 of 4 taken/m);
  });

  it("contribute tells how many slots were given before one was refused", async () => {
    await data.tell(STRANGER, "balance", "deposit", "1");
    const other = await data.create();
    const args = await giving("contribute", placesFor(2), "many", other);
    const error = "STOPPED: only the first 1 of 2 slots were given: ERC6909InsufficientBalance(";
    await data.refuses(1, error, STRANGER, ...args);
    expect((await kept("many")).slots).to.have.length(2);
  });

  it("sign-contribution and contribute-for give what somebody else signed", async () => {
    const signing = await giving("sign-contribution", [50, 60], "signed");
    const signed = await data.write(
      "consent.json",
      await data.tell(HARMFUL, ...signing, "--days", "1"),
    );
    const [before, payer] = [await data.claimsOf(HARMFUL), await data.claimsOf(FOUNDER)];
    const { slots } = await data.tell<Given>(FOUNDER, "dataset", "contribute-for", dataset, signed);
    expect(slots).to.deep.equal([{ slot: (await kept("signed")).slots[0].slot, index: "2" }]);
    expect(before - (await data.claimsOf(HARMFUL))).to.equal(WHOLE);
    expect(await data.claimsOf(FOUNDER)).to.equal(payer);
    const unsigned = ["dataset", "contribute-for", dataset, data.file("plan.json")];
    await data.refuses(1, "FILE: ", FOUNDER, ...unsigned);
  });

  it("withdraw is the owner's or the host's, and contribution tells it", async () => {
    const [{ slot }, { slot: other }] = (await kept("first")).slots;
    const owner = await data.addressOf(HELPFUL);
    const left = await bondOf(HELPFUL, "withdraw", dataset, slot);
    expect(left).to.deep.include({ slot, owner, bond: String(WHOLE) });
    expect(left).to.have.property("leftAt");
    await bondOf(HOST, "withdraw", dataset, other);
    const lines = await data.lines("dataset", "contribution", dataset, other);
    expect(lines).to.match(/^bond +1\.0 TUSD$/m);
    expect(lines).to.match(/^left +20\d\d-/m);
  });

  it("release-bond gives the bond of one that left back", async () => {
    const [{ slot }] = (await kept("first")).slots;
    const release = ["release-bond", dataset, slot];
    await data.pass(7n * DAY);
    const before = await data.claimsOf(HELPFUL);
    expect(await bondOf(STRANGER, ...release)).to.deep.include({ bond: "0" });
    expect((await data.claimsOf(HELPFUL)) - before).to.equal(WHOLE);
  });

  it("an address that is no dataset is refused", async () => {
    const nowhere = await data.addressOf(STRANGER);
    const error = `ARGUMENT: the deployment's factory made no dataset at ${nowhere}`;
    for (const args of [
      ["dataset", "withdraw", nowhere, ZERO_HASH],
      ["epoch", "close", nowhere],
    ]) {
      await data.refuses(1, error, FOUNDER, ...args);
    }
  });

  it("wrong usage ends with 2", async () => {
    for (const args of [
      ["contribute", dataset, data.file("plan.json")],
      ["withdraw", dataset, "0x12"],
      ["contribute", dataset, "points", "--out", "kept", "--schema", "x".repeat(32)],
    ]) {
      const { code } = await data.run("dataset", ...args);
      expect(code, args.join(" ")).to.equal(2);
    }
  });
});
