import { expect } from "chai";
import { runScript } from "./support";

/** A port on which nothing listens. */
const NOBODY = "http://127.0.0.1:1";

describe("scripts", () => {
  it("ends with 2 and the missing option for wrong usage", async () => {
    const { code, stderr } = await runScript("ask", "--units", "4");
    expect(code).to.equal(2);
    expect(stderr).to.include("--price");
  });

  it("ends with 2 for an amount that is none", async () => {
    const { code, stderr } = await runScript("balance", "deposit", "much");
    expect(code).to.equal(2);
    expect(stderr).to.include("such as 12.5");
  });

  it("ends with 2 and the list of acts for an act that nobody wrote", async () => {
    const { code, stderr } = await runScript("demo", "--act", "comedy");
    expect(code).to.equal(2);
    expect(stderr).to.include("market").and.to.include("dispute");
  });

  it("ends with 3 and the error as JSON if no node answers", async () => {
    const { code, stdout, stderr } = await runScript("job", "show", "1", "--rpc", NOBODY, "--json");
    expect(code).to.equal(3);
    expect(stdout).to.equal("");
    const { error } = JSON.parse(stderr) as { error: { code: string; retryable: boolean } };
    expect(error).to.include({ code: "RPC_UNREACHABLE", retryable: true });
  });

  it("ends with 1 for a file that is no model", async () => {
    const { code, stderr } = await runScript("register-model", "package.json");
    expect(code).to.equal(1);
    expect(stderr).to.include("error FILE: package.json: ");
  });

  it("ends with 0 for help", async () => {
    const { code, stdout } = await runScript("bid", "--help");
    expect(code).to.equal(0);
    expect(stdout).to.include("--inputs");
  });
});
