import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { config } from "hardhat";

import { DeployError } from "../../deploy/errors";
import { readParameters } from "../../deploy/parameters";
import type { ProtocolParameters } from "../../deploy/parameters";

/*
readParameters
├── it accepts each file that the repository has
├── given a file that is missing or malformed: it reports PARAMETERS_INVALID with the path
└── given a wrong field: it reports PARAMETERS_INVALID with the field
*/
describe("readParameters", () => {
  const directory = join(config.paths.root, "deploy", "parameters");
  let scratch = "";
  let valid: ProtocolParameters;

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), "parameters-"));
    valid = await readParameters("localhost");
  });
  after(() => rm(scratch, { recursive: true }));

  it("accepts each file that the repository has", async () => {
    const files = (await readdir(directory)).filter((file) => file.endsWith(".json5"));
    expect(files).to.include.members(["hardhat.json5", "localhost.json5", "example-l2.json5"]);
    for (const file of files) {
      const parameters = await readParameters(file.replace(".json5", ""));
      expect(parameters.Governance.minDelay).to.be.a("number");
    }
  });

  it("reports PARAMETERS_INVALID with the path, given a missing or malformed file", async () => {
    await writeFile(join(scratch, "broken.json5"), "{ Governance: ");
    for (const network of ["absent", "broken"]) {
      const error = await failure(network);
      expect(error.code).to.equal("PARAMETERS_INVALID");
      expect(error.message).to.include(join(scratch, `${network}.json5`));
    }
  });

  it("reports PARAMETERS_INVALID with the field, given a wrong field", async () => {
    const zero = `0x${"0".repeat(40)}` as const;
    const { Compute, Verification, Finance, LocalToken } = valid;
    const { treasury } = Compute;
    // amounts that JSON can say
    const Governance = {
      ...valid.Governance,
      holdings: [{ holder: treasury, amount: 100 }],
      proposalThreshold: 1,
    };
    const plain = { ...valid, Governance };
    const wrong: [string, unknown][] = [
      ["Governance.guardian", { ...plain, Governance: { ...Governance, guardian: zero } }],
      ["Governance.guardian", { ...plain, Governance: { ...Governance, guardian: "0x12" } }],
      ["Governance.minDelay", { ...plain, Governance: { ...Governance, minDelay: 172_799 } }],
      ["Governance.minDelay", { ...plain, Governance: { ...Governance, minDelay: 1_209_601 } }],
      ["Governance.votingDelay", { ...plain, Governance: { ...Governance, votingDelay: 86_399 } }],
      ["Governance.votingDelay", { ...plain, Governance: { ...Governance, votingDelay: 259_201 } }],
      [
        "Governance.votingPeriod",
        { ...plain, Governance: { ...Governance, votingPeriod: 259_199 } },
      ],
      [
        "Governance.votingPeriod",
        { ...plain, Governance: { ...Governance, votingPeriod: 604_801 } },
      ],
      ["Governance.quorumPercent", { ...plain, Governance: { ...Governance, quorumPercent: 1 } }],
      ["Governance.quorumPercent", { ...plain, Governance: { ...Governance, quorumPercent: 21 } }],
      [
        "Governance.voteExtension",
        { ...plain, Governance: { ...Governance, voteExtension: 259_201 } },
      ],
      ["Governance.holdings", { ...plain, Governance: { ...Governance, holdings: [] } }],
      [
        "Governance.holdings",
        { ...plain, Governance: { ...Governance, holdings: [{ holder: zero, amount: 1 }] } },
      ],
      [
        "Governance.proposalThreshold",
        {
          ...plain,
          Governance: {
            ...Governance,
            holdings: [{ holder: treasury, amount: 199 }],
            proposalThreshold: 2,
          },
        },
      ],
      ["Compute.treasury", { ...plain, Compute: { ...Compute, treasury: zero } }],
      ["Compute.feeBps", { ...plain, Compute: { ...Compute, feeBps: 501 } }],
      ["Compute.token", { ...plain, Compute: { ...Compute, token: Compute.treasury } }],
      ["Compute.token", { Governance, Compute, Verification, Finance }],
      ["Verification.terms", { ...plain, Verification: {} }],
      ["Finance.advanceFeeBps", { ...plain, Finance: { ...Finance, advanceFeeBps: 501 } }],
      ["Finance.h100", { ...plain, Finance: { ...Finance, h100: [] } }],
      ["LocalToken.decimals", { ...plain, LocalToken: { ...LocalToken, decimals: 256 } }],
      ["guardian", { ...plain, guardian: Governance.guardian }],
    ];
    for (const [field, parameters] of wrong) {
      await writeFile(join(scratch, "wrong.json5"), JSON.stringify(parameters));
      const error = await failure("wrong");
      expect(error.code, field).to.equal("PARAMETERS_INVALID");
      expect(error.message).to.include(field);
    }
  });

  async function failure(network: string): Promise<DeployError> {
    const error: unknown = await readParameters(network, scratch).catch((reason) => reason);
    if (!(error instanceof DeployError))
      throw new Error("expected a DeployError", { cause: error });
    expect(error.retryable).to.equal(false);
    return error;
  }
});
