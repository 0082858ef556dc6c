import { access, readFile, stat } from "node:fs/promises";
import { expect } from "chai";

import { EpochStatus, ZERO_HASH, getJob, settleJob } from "../../sdk/src/index";
import type { Address } from "../../sdk/src/index";
import {
  DAY,
  DataStage,
  FOUNDER,
  HARMFUL,
  HELPFUL,
  HOST,
  POOL_OWNER,
  STRANGER,
  UNITS,
  Valuer,
  WHOLE,
  pointsAt,
} from "./dataStage";
import type { Claimed, Proposed, ToldEpoch, Worth } from "./dataStage";

const OWNER_ONLY = 0o600;
const WINDOW = 1_800n;
const PRICE = 4_000n;
const POOL = Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 1 : -1) * (9 + i));
const [SETTLED, VOID] = [String(EpochStatus.Settled), String(EpochStatus.Void)];

/*
epoch
├── status tells that none was opened, and who opens one
├── open refuses segments that do not fit the pool, and leaves no file of what the chain refuses
├── open commits the pool's owner to a salted pool and a seed, which it alone can read
├── join commits the host to a seed
├── close is refused too early, and without the data
├── show-seed shows what was committed to
├── draw keeps the drawn test points, for the pool's owner's file
├── value refuses other test points and missing slots before it sends anything
├── value brings the data and buys the valuation, once
├── record takes down a delivery, and not before; settle needs it
├── settle refuses outputs that the chain has not, and gives the values once the job is settled
├── dataset values tells all, of the worker or of the kept state, and of no other state
├── dataset claim pays, and with --shares gives votes
├── dataset charge takes from the bond of what did harm
├── carry-over waits for a year
├── void ends an epoch in which somebody was silent
├── wrong usage ends with 2
governance --dataset
├── tells calls of the dataset's own contracts in words, before anything is signed
├── is refused for an address that is no dataset
├── vote, queue and execute change the reserve price
└── delegate lets shares vote
*/
describe("epoch", () => {
  let data: DataStage;
  let dataset: Address;
  let valuer: Valuer;
  let url: string;
  let slots: string[];
  before(async () => {
    data = await DataStage.open();
    valuer = new Valuer(data.stage);
    url = await valuer.listen();
    await data.register();
    dataset = await data.create();
    await data.tell(FOUNDER, "dataset", "fund", dataset, "10");
  });
  after(async () => {
    valuer.close();
    await data.close();
  });

  const epoch = (account: number, name: string, ...args: readonly unknown[]): Promise<ToldEpoch> =>
    data.tell<ToldEpoch>(account, "epoch", name, dataset, ...args);

  const status = async (): Promise<ToldEpoch> =>
    JSON.parse(await data.lines("epoch", "status", dataset, "--json")) as ToldEpoch;

  const refuses = (
    code: number,
    error: string,
    account: number,
    name: string,
    ...args: unknown[]
  ) => data.refuses(code, error, account, "epoch", name, dataset, ...args);

  const read = async (name: string): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(data.file(name), "utf8")) as Record<string, unknown>;

  const opening = async (rows: number, out: string) => [
    await data.write("pool.json", pointsAt(POOL)),
    ...["--segment-rows", rows, "--days", "1", "--out", data.file(out)],
  ];

  /** Gives points as an account, and returns the name of their slot. */
  const give = async (account: number, points: object): Promise<string> => {
    const file = await data.write("points.json", points);
    const args = ["contribute", dataset, file, "--out", data.file(`slots-${account}.json`)];
    const { slots: given } = await data.tell<{ slots: { slot: string }[] }>(
      account,
      "dataset",
      ...args,
    );
    return given[0].slot;
  };

  const files = () => [HELPFUL, HARMFUL].map((account) => data.file(`slots-${account}.json`));

  const buying = async (tests: string, given: readonly string[]) => [
    ...["--ask", await data.ask(), "--worker", url],
    ...["--tests", data.file(tests), "--slots", ...given],
  ];

  it("status tells that none was opened, and who opens one", async () => {
    expect(await data.lines("epoch", "status", dataset)).to.match(
      new RegExp(`^next +open, by the pool's owner ${await data.addressOf(POOL_OWNER)}$`, "m"),
    );
    expect(await status()).to.include({ epochId: "0" });
  });

  it("open refuses segments that do not fit the pool, and leaves no file of what the chain refuses", async () => {
    const odd = await opening(3, "odd.json");
    await refuses(1, "ARGUMENT: a segment has 1, 2, 4, … rows", POOL_OWNER, "open", ...odd);
    const large = await opening(32, "large.json");
    await refuses(1, "ARGUMENT: a segment has ", POOL_OWNER, "open", ...large);
    await refuses(1, "REVERT: EpochsUnauthorized(", HOST, "open", ...(await opening(4, "a.json")));
    for (const file of ["odd.json", "large.json", "a.json"]) {
      const gone = await access(data.file(file)).catch((error: unknown) => error);
      expect(gone).to.include({ code: "ENOENT" });
    }
  });

  it("open commits the pool's owner to a salted pool and a seed, which it alone can read", async () => {
    const told = await epoch(POOL_OWNER, "open", ...(await opening(UNITS, "pool-secret.json")));
    expect(told).to.include({ epochId: "1" });
    expect(told.epoch).to.include({ status: "1", segments: "2", segmentRows: "2" });
    expect(told.next).to.include({ command: "join" });
    const { seed, pool } = await read("pool-secret.json");
    expect(seed).to.match(/^0x[0-9a-f]{64}$/);
    const { rows } = pool as { rows: { tag: string }[] };
    expect(new Set(rows.map(({ tag }) => tag)).size).to.equal(POOL.length);
    expect((await stat(data.file("pool-secret.json"))).mode & 0o777).to.equal(OWNER_ONLY);
  });

  it("join commits the host to a seed", async () => {
    const out = data.file("host-secret.json");
    const { next } = await epoch(HOST, "join", "--out", out);
    expect(next).to.include({ command: "close", by: `the host ${await data.addressOf(HOST)}` });
  });

  it("close is refused too early, and without the data", async () => {
    slots = [
      await give(HELPFUL, pointsAt([10, 20, -10, 24, -24])),
      await give(HARMFUL, pointsAt([13, -13, 16, -16, 26], 9)),
    ];
    await refuses(3, "REVERT: EpochsNotNow(", HOST, "close", "--slots", ...files());
    await data.pass(DAY);
    const error = `ARGUMENT: no file of --slots has slot 1, ${slots[1]}, of `;
    await refuses(1, error, HOST, "close", "--slots", files()[0]);
    const { epoch: closed } = await epoch(HOST, "close", "--slots", ...files());
    expect(closed).to.include({ count: "2" });
  });

  it("show-seed shows what was committed to", async () => {
    const [pool, host] = ["pool-secret.json", "host-secret.json"].map((it) => data.file(it));
    const { next } = await epoch(POOL_OWNER, "show-seed", pool);
    expect(next).to.include({ command: "show-seed", by: await data.addressOf(HOST) });
    expect((await epoch(HOST, "show-seed", host)).next).to.include({ command: "draw" });
  });

  it("draw keeps the drawn test points, for the pool's owner's file", async () => {
    const out = ["--out", data.file("tests.json")];
    await refuses(1, "FILE: ", STRANGER, "draw", data.file("host-secret.json"), ...out);
    const { next } = await epoch(POOL_OWNER, "draw", data.file("pool-secret.json"), ...out);
    expect(next).to.include({ command: "value" });
    const { pool } = await read("pool-secret.json");
    const drawn = (await read("tests.json")) as unknown as object[];
    expect(drawn).to.have.length(UNITS);
    expect((pool as { rows: object[] }).rows).to.deep.include.members(drawn);
  });

  it("value refuses other test points and missing slots before it sends anything", async () => {
    await data.write("others.json", pointsAt([1, 2, 3, 4]));
    const others = await buying("others.json", files());
    await refuses(1, "CHECK_FAILED: slots and test points give state", HOST, "value", ...others);
    const fewer = await buying("tests.json", files().slice(1));
    await refuses(1, "ARGUMENT: no file of --slots has slot 0", HOST, "value", ...fewer);
    const { epoch: before } = await status();
    expect(before).to.include({ jobId: "0" });
  });

  it("value brings the data and buys the valuation", async () => {
    const args = await buying("tests.json", files());
    const { epoch: bought, next } = await epoch(HOST, "value", ...args);
    expect(bought).to.include({ jobId: "1" });
    expect(next).to.include({ command: "worker run" });
  });

  it("record takes down a delivery, and not before; settle needs it", async () => {
    await refuses(1, "REVERT: EpochsWrongDelivery(", STRANGER, "record");
    await refuses(1, "ARGUMENT: job 1 was not recorded", STRANGER, "settle", "--worker", url);
    await valuer.deliver(1n);
    expect((await status()).next).to.include({ command: "record" });
    const { next, epoch: recorded } = await epoch(STRANGER, "record");
    expect(next).to.include({ command: "job settle" });
    expect(recorded.outputRoot).not.to.equal(ZERO_HASH);
  });

  it("settle refuses outputs that the chain has not, and gives the values once the job is settled", async () => {
    const args = ["--worker", url, "--out", data.file("values.tensor")];
    const outputs = valuer.say(undefined);
    await refuses(3, "WORKER: job 1 has no outputs yet", STRANGER, "settle", ...args);
    valuer.say([ZERO_HASH]);
    await refuses(1, "CHECK_FAILED: the worker has outputs", STRANGER, "settle", ...args);
    valuer.say(outputs);
    await data.pass(WINDOW + 1n);
    const client = await data.clientOf(STRANGER);
    await settleJob(client, { job: await getJob(client, { id: 1n }) });
    expect((await status()).next).to.include({ command: "settle", by: "anyone" });
    const { epoch: settled, next } = await epoch(STRANGER, "settle", ...args);
    expect(settled).to.include({ status: SETTLED, pot: String(10n * WHOLE - PRICE) });
    expect(next).to.include({ command: "open" });
    await refuses(1, "ARGUMENT: no job values the epoch", STRANGER, "settle", ...args);
  });

  it("dataset values tells all, of the worker or of the kept state, and of no other state", async () => {
    const values = (...args: string[]) => data.lines("dataset", "values", dataset, ...args);
    const kept = ["--state", data.file("values.tensor")];
    const { worths } = JSON.parse(await values(...kept, "--json")) as { worths: Worth[] };
    const [helpful, harmful] = await Promise.all(
      [HELPFUL, HARMFUL].map((it) => data.addressOf(it)),
    );
    expect(worths.map(({ slot, owner }) => [slot, owner])).to.deep.equal([
      [slots[0], helpful],
      [slots[1], harmful],
    ]);
    expect(worths[0]).to.include({
      ...{ reward: String(10n * WHOLE - PRICE), shares: String(10n ** 24n) },
    });
    expect(Number(worths[1].value)).to.be.lessThan(0);
    expect(worths[1]).to.include({ reward: "0", shares: "0" });
    const lines = await values("--worker", url);
    expect(lines).to.match(/^slot +value +reward +shares +owner +name$/m);
    expect(lines).to.match(new RegExp(`^0 +\\d+ +9\\.996 TUSD +1000000\\.0 +${helpful}`, "m"));
    const none = await data.run("dataset", "values", dataset);
    expect(none.stderr).to.include("error ARGUMENT: say who has the values");
  });

  it("dataset claim pays, and with --shares gives votes", async () => {
    const claiming = ["dataset", "claim", dataset, slots[0], "--worker", url] as const;
    const paid = await data.tell<Claimed>(STRANGER, ...claiming);
    expect(paid).to.include({ epochId: "1", amount: paid.worth.reward });
    const given = await data.tell<Claimed>(STRANGER, ...claiming, "--shares");
    expect(given.amount).to.equal(given.worth.shares);
  });

  it("dataset charge takes from the bond of what did harm", async () => {
    const charging = ["dataset", "charge", dataset, slots[1], "--state"] as const;
    const told = await data.tell<Claimed>(STRANGER, ...charging, data.file("values.tensor"));
    expect(told.amount).to.equal(String(WHOLE / 20n));
    const bond = await data.lines("dataset", "contribution", dataset, slots[1]);
    expect(bond).to.match(/^bond +0\.95 TUSD$/m);
  });

  it("carry-over waits for a year", async () => {
    await refuses(3, "REVERT: RewardsNotOver(", STRANGER, "carry-over", 1);
  });

  it("void ends an epoch in which somebody was silent", async () => {
    await epoch(POOL_OWNER, "open", ...(await opening(UNITS, "second.json")));
    await data.pass(DAY + 2n * DAY + 1n);
    expect((await status()).next).to.include({ command: "void", by: "anyone" });
    const { epoch: ended, epochId } = await epoch(STRANGER, "void");
    expect([ended.status, epochId]).to.deep.equal([VOID, "2"]);
  });

  it("wrong usage ends with 2", async () => {
    for (const args of [
      ["open", dataset, data.file("pool.json")],
      ["carry-over", dataset, "last"],
    ]) {
      const { code } = await data.run("epoch", ...args);
      expect(code, args.join(" ")).to.equal(2);
    }
  });

  describe("governance --dataset", () => {
    const terms = async () =>
      `market.setTerms(["20000000", "5000000", 2592000, 86400, "100000000", "2000000000000000000", 1000, 10000, "${await data.addressOf(HOST)}"])`;

    const governance = (account: number, ...args: readonly unknown[]): Promise<Proposed> =>
      data.tell<Proposed>(account, "governance", ...args, "--dataset", dataset);

    it("tells calls of the dataset's own contracts in words, before anything is signed", async () => {
      const host = await data.addressOf(HOST);
      const calls = [
        await terms(),
        `dataset.setRoles("${host}", "@market", "7500000")`,
        'governor.setProposalThreshold("2000000000000000000000")',
        "timelock.updateDelay(172800)",
      ];
      const { code, stderr, stdout } = await data.run(
        ...(["governance", "propose", "Terms", "--dataset", dataset, "--dry-run"] as const),
        ...calls.flatMap((call) => ["--call", call]),
      );
      expect(code, stderr).to.equal(0);
      expect(stdout).to.equal("nothing was proposed\n");
      for (const line of [
        /^1\. market \(0x\w{40}\) setTerms$/m,
        /^ {3}newTerms\.reserve +5\.0 TUSD$/m,
        /^ {3}newTerms\.licenceTerm +30 days$/m,
        /^ {3}newTerms\.ratePerDay +2\.0 a day$/m,
        /^2\. dataset \(0x\w{40}\) setRoles$/m,
        new RegExp(`^ {3}host +${host}$`, "m"),
        /^ {3}poolOwner +market \(0x\w{40}\)$/m,
        /^ {3}seedBond +7\.5 TUSD$/m,
        /^ {3}newProposalThreshold +2000\.0 shares$/m,
        /^ {3}newDelay +2 days$/m,
      ]) {
        expect(stderr).to.match(line);
      }
    });

    it("is refused for an address that is no dataset", async () => {
      const proposing = ["governance", "propose", "Mine", "--call", await terms(), "--dataset"];
      const nowhere = await data.addressOf(STRANGER);
      await data.refuses(1, "INPUT: the deployment's factory", STRANGER, ...proposing, nowhere);
    });

    it("vote, queue and execute change the reserve price", async () => {
      const proposing = ["propose", "A lower reserve", "--call", await terms()];
      const { proposal } = await governance(HELPFUL, ...proposing);
      const { proposalId: id } = proposal;
      await data.passUntil(BigInt(proposal.snapshotAt) + 1n);
      const voted = (await governance(HELPFUL, "vote", id, "for")).proposal;
      expect(voted.votes).to.include({ for: String(10n ** 24n), quorum: String(10n ** 23n) });
      await data.passUntil(BigInt(voted.deadline) + 1n);
      const queued = (await governance(STRANGER, "queue", id)).proposal;
      await data.passUntil(BigInt(queued.executableAt ?? 0));
      const executed = (await governance(STRANGER, "execute", id)).proposal;
      expect(executed.state).to.equal("executed");
      const shown = await data.lines("dataset", "show", dataset);
      expect(shown).to.match(/^licence +[\d.]+ TUSD now, 5\.0 TUSD to 100\.0 TUSD, for 30 days$/m);
    });

    it("delegate lets shares vote", async () => {
      const to = await data.addressOf(STRANGER);
      const args = ["governance", "delegate", to, "--dataset", dataset] as const;
      const told = await data.tell<{ balance: string; delegate: string }>(HELPFUL, ...args);
      expect(told).to.include({ balance: String(10n ** 24n), delegate: to });
    });
  });
});
