import { expect } from "chai";
import { registerModel } from "../../../sdk/src/index";
import { registrationGas } from "../../../tensor/onnx/index";
import { loadDigitModel } from "../../../tensor/train/files";
import { deployArena } from "../../shared/arena";
import { convolutionalProgram } from "../../shared/programs";
import { loadRecogniser } from "../../shared/recogniser";
import type { ErgonClient, ModelCard } from "../../../sdk/src/index";
import type { Program } from "../../../tensor/src/index";

const TIMEOUT_MS = 300_000;
const CARD: ModelCard = {
  uri: "https://models.example/card.json",
  digest: `0x${"ab".repeat(32)}`,
  weightsUri: "https://models.example/model.ergon",
};

/*
registrationGas
├── is within 5 % of what the registration of an imported network takes
├── is within 5 % of it for a small network, and for one of 256 nodes
└── is within 5 % of it for a program that takes two transactions
*/
describe("registrationGas", function () {
  this.timeout(TIMEOUT_MS);
  let author: ErgonClient;

  before(async () => {
    author = (await deployArena()).players.worker;
  });

  async function expectEstimated(program: Program, transactions: number): Promise<void> {
    const outcome = await registerModel(author, { program, card: CARD });
    expect(outcome.transactions).to.have.length(transactions);
    const gas = outcome.transactions.reduce((sum, { gasUsed }) => sum + Number(gasUsed), 0);
    expect(registrationGas(program)).to.be.within(0.95 * gas, 1.05 * gas);
  }

  it("is within 5 % of what the registration of an imported network takes", async () => {
    const { model, report } = await loadRecogniser();
    expect(report.registrationGas).to.equal(registrationGas(model.program));
    await expectEstimated(model.program, 1);
  });

  it("is within 5 % of it for a small network, and for one of 256 nodes", async () => {
    await expectEstimated(loadDigitModel().program, 1);
    await expectEstimated(convolutionalProgram(256), 1);
  });

  it("is within 5 % of it for a program that takes two transactions", async () => {
    await expectEstimated(convolutionalProgram(1_200), 2);
  });
});
