import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { expectError } from "./support/rejection";
import { useTemporaryDirectory } from "./support/temporary";
import { addressesSchema } from "../../worker/src/config/schema";
import { loadHostConfig, parseHostConfig } from "../../worker/src/config/load";

const ADDRESS = "0x00000000000000000000000000000000000000aa";
const names = Object.keys(addressesSchema.shape);
const VALID = {
  rpcUrl: "http://127.0.0.1:8545",
  addresses: Object.fromEntries(names.map((name) => [name, ADDRESS])),
  keystore: "host-key.json",
  dataDir: "host-data",
  market: ADDRESS,
};

/*
host configuration
├── sets defaults, and takes paths as relative to the file
├── lets flags take the place of its fields
├── takes the origin of an audience
└── names the field given a market that is none, an audience with a path, or what only a worker has, …
*/
describe("host configuration", () => {
  const directory = useTemporaryDirectory();

  const write = (value: unknown): string => {
    const file = join(directory(), "host.json");
    writeFileSync(file, JSON.stringify(value));
    return file;
  };

  it("sets defaults, and takes paths as relative to the file", () => {
    const config = loadHostConfig(write(VALID));
    expect(config).to.deep.include({
      keystore: join(directory(), "host-key.json"),
      dataDir: join(directory(), "host-data"),
      ...{ confirmations: 2, grantReserveSeconds: 30, maxFileBytes: 4 * 2 ** 30 },
      sessions: { seconds: 600, maxBytes: 64 * 2 ** 30, most: 1_000 },
      http: {
        ...{ host: "127.0.0.1", port: 8082, maxConcurrent: 16 },
        ...{ requestsPerMinute: 600, requestSeconds: 60, trustedProxies: [] },
      },
    });
    expect(config.audience).to.equal(undefined);
  });

  it("lets flags take the place of its fields", () => {
    const flags = { dataDir: "/elsewhere", httpPort: 0, confirmations: 5 };
    const config = loadHostConfig(write(VALID), flags);
    expect(config).to.include({ dataDir: "/elsewhere", confirmations: 5 });
    expect(config.http.port).to.equal(0);
  });

  it("takes the origin of an audience", () => {
    for (const [audience, origin] of [
      ["https://Data.Example.org", "https://data.example.org"],
      ["https://data.example.org:443/", "https://data.example.org"],
      ["http://127.0.0.1:8082", "http://127.0.0.1:8082"],
    ]) {
      expect(parseHostConfig({ ...VALID, audience }).audience).to.equal(origin);
    }
  });

  const faults: readonly (readonly [string, object, string])[] = [
    ["no market", { market: undefined }, "market: is missing"],
    ["a market that is none", { market: "0x" }, "market: write an address"],
    ["an audience with a path", { audience: "https://x.org/a" }, "audience: write scheme, host"],
    ["an audience that is no URL", { audience: "x.org" }, "audience: write a URL"],
    ["a key", { privateKey: "0x01" }, "privateKey: remove it"],
    ["models", { models: [] }, "models: no such field"],
    ["a store", { http: { maxStoreBytes: 2 ** 20 } }, "http: maxStoreBytes: no such field"],
    ["a session of a second", { sessions: { seconds: 1 } }, "sessions.seconds: write a whole"],
    ["no bytes of a file", { maxFileBytes: 0 }, "maxFileBytes: write a whole number of bytes"],
    ["a reserve of hours", { grantReserveSeconds: 9_999 }, "grantReserveSeconds: write a whole"],
  ];
  for (const [name, change, message] of faults) {
    it(`names the field given ${name}`, async () => {
      const value = { ...VALID, ...change };
      const error = await expectError(() => parseHostConfig(value), "ConfigError", "FIELD");
      expect(error.message).to.include(message);
    });
  }
});
