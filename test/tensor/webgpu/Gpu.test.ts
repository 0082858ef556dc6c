/*
 * Gpu on fakes of its process
 * ├─ given one that crashes: fails with the same error from then on
 * ├─ given one without room for a model: fails for this model with the same error, and runs others
 * └─ fails with CLOSED once it was disposed of, also what was under way
 */
import { join } from "node:path";
import { expect } from "chai";
import { Gpu, ReferenceExecutor, tensorId } from "../../../tensor/src/index";
import { randomInput, randomProgram } from "../../shared/randomProgram";
import { expectError } from "../../worker/support/rejection";
import type { Model } from "../../../tensor/src/index";

describe("Gpu on fakes of its process", () => {
  const [model, other] = [randomProgram(1), randomProgram(2)];
  let gpu: Gpu;
  afterEach(() => gpu.dispose());

  const start = (fake: string) =>
    (gpu = new Gpu(new ReferenceExecutor(), { processPath: join(__dirname, "fakes", fake) }));

  const failureOf = (act: Promise<unknown>, code: string) =>
    expectError(() => act, "WebGpuError", code);

  const run = (which: Model) => gpu.run(which, [randomInput(1, which)]);

  it("fails with the same error from then on, given one that crashes", async () => {
    start("crash.ts");
    expect(await gpu.open()).to.equal("fake");
    const runs = [run(model), run(other)];
    const [failure, same] = await Promise.all(runs.map((each) => failureOf(each, "CLOSED")));
    expect(same).to.equal(failure);
    expect(await failureOf(gpu.open(), "CLOSED")).to.equal(failure);
    const traced = gpu.trace(model, randomInput(1, model));
    expect(await failureOf(traced, "CLOSED")).to.equal(failure);
  });

  it("fails for this model with the same error, and runs others, given one without room for it", async () => {
    start("small.ts");
    const failure = await failureOf(run(model), "LIMIT");
    const [output] = await run(other);
    const [expected] = await new ReferenceExecutor().run(other, [randomInput(1, other)]);
    expect(tensorId(output)).to.equal(tensorId(expected));
    expect(await failureOf(run(model), "LIMIT")).to.equal(failure);
  });

  it("fails with CLOSED once it was disposed of, also what was under way", async () => {
    start("honest.ts");
    await gpu.open();
    const running = failureOf(run(model), "CLOSED");
    await gpu.dispose();
    await running;
    expect((await failureOf(gpu.open(), "CLOSED")).message).to.equal("it was closed");
  });
});
