/*
 * Gpu on fakes of its process
 * ├─ given one that crashes: fails with the same error from then on
 * ├─ given one without room for a model: fails for this model with the same error, and runs others
 * └─ fails with CLOSED once it was disposed of, also what was under way
 */
import { join } from "node:path";
import { expect } from "chai";
import { Gpu, ReferenceExecutor, WebGpuError, tensorId } from "../../../tensor/src/index";
import { randomInput, randomProgram } from "../../shared/randomProgram";
import type { Model } from "../../../tensor/src/index";

describe("Gpu on fakes of its process", () => {
  const [model, other] = [randomProgram(1), randomProgram(2)];
  let gpu: Gpu;
  afterEach(() => gpu.dispose());

  const start = (fake: string) =>
    (gpu = new Gpu(new ReferenceExecutor(), { processPath: join(__dirname, "fakes", fake) }));

  const failureOf = (act: Promise<unknown>): Promise<WebGpuError> =>
    act.then(
      () => expect.fail("it did not fail"),
      (error: unknown) => {
        expect(error).to.be.instanceOf(WebGpuError);
        return error as WebGpuError;
      },
    );

  const run = (which: Model) => gpu.run(which, [randomInput(1, which)]);

  it("fails with the same error from then on, given one that crashes", async () => {
    start("crash.ts");
    expect(await gpu.open()).to.equal("fake");
    const both = await Promise.all([failureOf(run(model)), failureOf(run(other))]);
    expect(both[0].code).to.equal("CLOSED");
    expect(both[1]).to.equal(both[0]);
    expect(await failureOf(gpu.open())).to.equal(both[0]);
    expect(await failureOf(gpu.trace(model, randomInput(1, model)))).to.equal(both[0]);
  });

  it("fails for this model with the same error, and runs others, given one without room for it", async () => {
    start("small.ts");
    const failure = await failureOf(run(model));
    expect(failure.code).to.equal("LIMIT");
    const [output] = await run(other);
    const [expected] = await new ReferenceExecutor().run(other, [randomInput(1, other)]);
    expect(tensorId(output)).to.equal(tensorId(expected));
    expect(await failureOf(run(model))).to.equal(failure);
  });

  it("fails with CLOSED once it was disposed of, also what was under way", async () => {
    start("honest.ts");
    await gpu.open();
    const running = failureOf(run(model));
    await gpu.dispose();
    expect((await running).code).to.equal("CLOSED");
    expect((await failureOf(gpu.open())).message).to.equal("it was closed");
  });
});
