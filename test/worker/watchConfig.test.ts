import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { expectError } from "./support/rejection";
import { useTemporaryDirectory } from "./support/temporary";
import { loadWatchConfig, parseConfig, parseWatchConfig } from "../../worker/src/config/load";

const ADDRESS = "0x00000000000000000000000000000000000000aa";
const ADDRESSES = {
  ledger: ADDRESS,
  jobEscrow: ADDRESS,
  optimisticVerifier: ADDRESS,
  stakeVaultFactory: ADDRESS,
  loanBook: ADDRESS,
  dataDaoFactory: ADDRESS,
  orderBook: ADDRESS,
  gpuRegistry: ADDRESS,
  modelRegistry: ADDRESS,
  accessManager: ADDRESS,
  timelock: ADDRESS,
  ergonToken: ADDRESS,
  governor: ADDRESS,
};
const WATCH = {
  keystore: "watch-key.json",
  dataDir: "watch-data",
  bonds: [{ token: ADDRESS, highest: "100", total: "1000" }],
};
const VALID = {
  rpcUrl: "http://127.0.0.1:8545",
  addresses: ADDRESSES,
  models: [{ file: "digits.model" }],
  watch: WATCH,
};
const WORKER = {
  keystore: "key.json",
  dataDir: "data",
  gpuId: "7",
  policy: { verifiers: [ADDRESS] },
};

describe("watch configuration", () => {
  const directory = useTemporaryDirectory();

  function write(value: unknown): string {
    const file = join(directory(), "worker.json");
    writeFileSync(file, JSON.stringify(value));
    return file;
  }

  function withWatch(change: object): object {
    return { ...VALID, watch: { ...WATCH, ...change } };
  }

  it("needs nothing that only a worker uses, and sets defaults", () => {
    const { watch, games, models } = loadWatchConfig(write(VALID));
    expect(models[0].file).to.equal(join(directory(), "digits.model"));
    expect(watch.keystore).to.equal(join(directory(), "watch-key.json"));
    expect(watch.dataDir).to.equal(join(directory(), "watch-data"));
    expect(watch.bonds).to.deep.equal([{ token: ADDRESS, highest: 100n, total: 1000n }]);
    expect(watch).to.include({ sharePercent: 5, withheld: "challenge", mostWork: 10n ** 12n });
    expect(watch.http.port).to.equal(8081);
    expect(games.urgentSeconds).to.equal(240);
  });

  it("takes a model by its id, and the bounds on fetching it", () => {
    const id = `0x${"12".repeat(32)}`;
    const weights = { hosts: ["models.example"] };
    const config = loadWatchConfig(write({ ...VALID, models: [{ id }], weights }));
    expect(config.models[0]).to.include({ id, file: undefined });
    expect(config.weights.hosts).to.deep.equal(["models.example"]);
  });

  it("may stand in the file of a worker, which needs none", () => {
    const models = [{ file: "digits.model", prices: { [ADDRESS]: "1" } }];
    const both = { ...VALID, ...WORKER, models };
    expect(loadWatchConfig(write(both)).watch.dataDir).to.equal(join(directory(), "watch-data"));
    expect(parseConfig(both).dataDir).to.equal("data");
    expect(parseConfig({ ...both, watch: undefined }).watch).to.equal(undefined);
  });

  it("lets flags take the place of its own fields", () => {
    const flags = { dataDir: "/elsewhere", httpPort: 0, rpcUrl: "https://node.example" };
    const config = loadWatchConfig(write(VALID), flags);
    expect(config.watch.dataDir).to.equal("/elsewhere");
    expect(config.watch.http.port).to.equal(0);
    expect(config.rpcUrl).to.equal("https://node.example");
  });

  const faults: readonly (readonly [string, object, string])[] = [
    ["no section", { ...VALID, watch: undefined }, "watch: is missing"],
    [
      "a model that is not named",
      { ...VALID, models: [{}] },
      "models[0]: name the model by its file",
    ],
    ["no bonds", withWatch({ bonds: [] }), "watch.bonds: name a token"],
    ["a share above all", withWatch({ sharePercent: 101 }), "watch.sharePercent: write a percent"],
    [
      "a policy that is none",
      withWatch({ withheld: "trust" }),
      'watch.withheld: write "challenge"',
    ],
    ["work as a number", withWatch({ mostWork: 5 }), "watch.mostWork: write multiply-accumulates"],
    ["a URI without the root", withWatch({ inputUris: ["file:///x"] }), "{inputRoot}"],
    ["a source that is no URL", withWatch({ sources: [{ url: "x" }] }), "watch.sources[0].url"],
    ["a field that is none", withWatch({ bond: 1 }), "watch: bond: no such field"],
  ];
  for (const [name, value, message] of faults) {
    it(`names the field given ${name}`, async () => {
      const error = await expectError(() => parseWatchConfig(value), "ConfigError", "FIELD");
      expect(error.message).to.include(message);
    });
  }
});
