import { expect } from "chai";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeTensors } from "../../scripts/shared/files";
import { getJob } from "../../sdk/src/index";
import { encodeModel, encodeTensor, listRoot, tensorId } from "../../tensor/src/index";
import { loadDigits } from "../../tensor/train/dataset";
import { DIGIT_FILES } from "../../tensor/train/files";
import { digitInput } from "../../tensor/train/quantizeDigits";
import { DocumentServer, whole } from "../journeys/support/documents";
import { openStage } from "../journeys/support/stage";
import type { JourneyStage } from "../journeys/support/stage";
import { beginDispute } from "./dispute";
import { INCREMENT, INCREMENT_ID, inputsOf } from "../worker/support/model";
import { runOn } from "./support";

const BID = `0x${"0b".repeat(32)}`;

/*
bid
├── and ask end with NOT_REGISTERED given a model that nobody registered
├── ends with ARGUMENT given samples and a place where they would be found, or an output and no worker
└── ends with CHECK_FAILED given a worker whose outputs are not those of the job on chain
*/
describe("bid", () => {
  const worker = new DocumentServer();
  let stage: JourneyStage;
  let snapshot: unknown;
  let inputFile: string;
  before(async () => {
    stage = await openStage();
    snapshot = await stage.provider.send("evm_snapshot", []);
    inputFile = join(stage.folder, "inputs.bin");
    await worker.open();
  });
  after(async () => {
    await worker.close();
    await rm(inputFile);
    await stage.provider.send("evm_revert", [snapshot]);
  });

  it("and ask end with NOT_REGISTERED given a model that nobody registered", async () => {
    const model = join(stage.folder, "increment.ergon");
    await writeFile(model, encodeModel(INCREMENT));
    await writeFile(inputFile, inputsOf(1).document);
    const bid = [model, "--inputs", inputFile, "--input-uri", "file:inputs.bin"];
    const ask = ["--model-id", INCREMENT_ID, "--units", "1"];
    for (const [script, args] of [
      ["bid", bid],
      ["ask", ask],
    ] as const) {
      const { code, stdout, stderr } = await runOn(stage, script, ...args, "--price", "0.001");
      expect([code, stdout]).to.deep.equal([1, ""]);
      expect(stderr).to.equal(
        `error NOT_REGISTERED: model ${INCREMENT_ID} is not registered: check the id, or run register-model first\n`,
      );
    }
  });

  it("ends with ARGUMENT given samples and a place where they would be found, or an output and no worker", async () => {
    await writeFile(inputFile, inputsOf(1).document);
    const model = join(stage.folder, "increment.ergon");
    await writeFile(model, encodeModel(INCREMENT));
    for (const [message, ...args] of [
      ["give --worker", "--out", "outputs.bin"],
      ["leave --input-uri out", "--input-uri", "file:inputs.bin", "--card", "card.json"],
    ]) {
      const bid = [model, "--inputs", inputFile, "--price", "0.001", ...args];
      const { code, stderr } = await runOn(stage, "bid", ...bid);
      expect([code, stderr.includes(message)], stderr).to.deep.equal([1, true]);
      expect(stderr).to.include("error ARGUMENT: ");
    }
  });

  it("ends with CHECK_FAILED given a worker whose outputs are not those of the job on chain", async () => {
    const { jobId } = await beginDispute(stage);
    const others = loadDigits().heldOut.slice(0, 2).map(digitInput);
    const outputs = others.map(tensorId);
    serve("bids", { id: BID });
    serve(`bids/${BID}`, { state: "delivered", jobId: `${jobId}`, units: 2, done: 2, outputs });
    others.forEach((tensor, i) => worker.serve(`blobs/${outputs[i]}`, whole(encodeTensor(tensor))));
    await writeFile(inputFile, encodeTensors(others));

    const options = ["--inputs", inputFile, "--input-uri", "file:inputs.bin", "--price", "0.001"];
    const at = ["--provider", stage.cast.key.address, "--worker", `http://${worker.host}`];
    const { code, stderr } = await runOn(stage, "bid", DIGIT_FILES.model, ...options, ...at);
    expect(code).to.equal(1);
    const { outputRoot } = (await getJob(stage.cast.client, { id: jobId })).job;
    const roots = `root ${listRoot(outputs)}, and delivered ${outputRoot} of job ${jobId}`;
    expect(stderr).to.include(`error CHECK_FAILED: the worker gave outputs with ${roots}`);
  });

  function serve(name: string, answer: object): void {
    worker.serve(name, whole(Buffer.from(JSON.stringify(answer))));
  }
});
