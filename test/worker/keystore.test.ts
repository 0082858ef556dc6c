import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { expectError } from "./support/rejection";
import { useTemporaryDirectory } from "./support/temporary";
import {
  PASSWORD_VARIABLE,
  createKeystore,
  openKeystore,
  readPassword,
} from "../../worker/src/keystore";

describe("worker keystore", () => {
  const directory = useTemporaryDirectory();

  it("opens what it made, with the password only", async () => {
    const file = join(directory(), "key.json");
    const address = createKeystore(file, "correct horse");
    expect(openKeystore(file, "correct horse").address).to.equal(address);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    await expectError(() => openKeystore(file, "correct hors"), "ConfigError", "PASSWORD");
    await expectError(() => createKeystore(file, "correct horse"), "ConfigError", "KEYSTORE");
  });

  it("refuses a short password", () =>
    expectError(
      () => createKeystore(join(directory(), "k"), "1234567"),
      "ConfigError",
      "PASSWORD",
    ));

  it("refuses a file that is no keystore, or none", async () => {
    const file = join(directory(), "key.json");
    await expectError(() => openKeystore(file, "x"), "ConfigError", "KEYSTORE");
    writeFileSync(file, "{}");
    await expectError(() => openKeystore(file, "x"), "ConfigError", "KEYSTORE");
    expect(readFileSync(file, "utf8")).to.equal("{}");
  });

  describe("readPassword", () => {
    const saved = process.env[PASSWORD_VARIABLE];
    afterEach(() => {
      if (saved === undefined) delete process.env[PASSWORD_VARIABLE];
      else process.env[PASSWORD_VARIABLE] = saved;
    });

    it("reads the first line of a file that only the owner may read", async () => {
      const file = join(directory(), "password");
      writeFileSync(file, "secret words\nmore\n");
      chmodSync(file, 0o600);
      expect(await readPassword(file)).to.equal("secret words");
      chmodSync(file, 0o640);
      const { message } = await expectError(() => readPassword(file), "ConfigError", "PASSWORD");
      expect(message).to.contain("chmod 600").and.not.contain("secret words");
    });

    it("falls back to the environment", async () => {
      process.env[PASSWORD_VARIABLE] = "from the environment";
      expect(await readPassword()).to.equal("from the environment");
    });
  });
});
