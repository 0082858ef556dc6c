import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { loadHostConfig, parseHostConfig } from "../../worker/src/config/load";
import { addressesSchema } from "../../worker/src/config/schema";
import { expectError } from "./support/rejection";
import { useTemporaryDirectory } from "./support/temporary";

const ADDRESS = "0x00000000000000000000000000000000000000aa";
const VALID = {
  rpcUrl: "http://127.0.0.1:8545",
  addresses: Object.fromEntries(Object.keys(addressesSchema.shape).map((name) => [name, ADDRESS])),
  ...{ keystore: "host-key.json", dataDir: "host-data", market: ADDRESS },
};

/*
configuration of a data host
├── sets defaults, and takes paths from where the file is
├── lets flags take the place of its own fields
├── takes an audience as the origin of a URL
└── names the field at fault
*/
describe("configuration of a data host", () => {
  const directory = useTemporaryDirectory();
  const write = (value: unknown): string => {
    const file = join(directory(), "host.json");
    writeFileSync(file, JSON.stringify(value));
    return file;
  };

  it("sets defaults, and takes paths from where the file is", () => {
    const { http, sessions, ...config } = loadHostConfig(write(VALID));
    expect(config).to.include({
      keystore: join(directory(), "host-key.json"),
      dataDir: join(directory(), "host-data"),
      ...{ grantReserveSeconds: 30, maxFileBytes: 4 * 2 ** 30 },
    });
    expect(sessions).to.deep.equal({ seconds: 600, maxBytes: 64 * 2 ** 30, most: 1_000 });
    expect(http).to.include({ port: 8082, requestSeconds: 60 });
  });

  it("lets flags take the place of its own fields", () => {
    const flags = { dataDir: "/elsewhere", httpPort: 0, rpcUrl: "https://node.example" };
    const config = loadHostConfig(write(VALID), flags);
    expect(config).to.include({ dataDir: "/elsewhere", rpcUrl: "https://node.example" });
    expect(config.http.port).to.equal(0);
  });

  it("takes an audience as the origin of a URL", () => {
    for (const audience of ["https://data.example.org", "https://data.example.org/"]) {
      const config = parseHostConfig({ ...VALID, audience });
      expect(config.audience).to.equal("https://data.example.org");
    }
  });

  it("names the field at fault", async () => {
    for (const [change, message] of [
      [{ market: undefined }, "market: is missing"],
      [{ audience: "data.example.org" }, "audience: write a URL that starts with http"],
      [{ audience: "https://data.example.org/files" }, "audience: write scheme, host and port"],
      [{ maxFileBytes: 0 }, "maxFileBytes: write a whole number of bytes from 1"],
      [{ sessions: { seconds: 59 } }, "sessions.seconds: write a whole number of seconds from 60"],
      [{ http: { maxBlobBytes: 64 } }, "http: maxBlobBytes: no such field"],
      [{ models: [] }, "models: no such field"],
    ] as const) {
      const wrong = { ...VALID, ...change };
      const error = await expectError(() => parseHostConfig(wrong), "ConfigError", "FIELD");
      expect(error.message).to.include(message);
    }
  });
});
