import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { INCREMENT, INCREMENT_ID, inputsOf } from "./support/model";
import { expectError } from "./support/rejection";
import { useTemporaryDirectory } from "./support/temporary";
import { createRunner } from "../../worker/src/run/runner";
import type { ExecutorName, Runner, ThreadWarning } from "../../worker/src/run/runner";
import {
  ReferenceExecutor,
  decodeTensor,
  encodeModel,
  encodeTensor,
  tensor,
  tensorId,
} from "../../tensor/src/index";

describe("worker Runner", () => {
  const directory = useTemporaryDirectory();
  let runner: Runner;
  afterEach(() => runner.close());

  function start(
    executor: ExecutorName,
    threads = 2,
    warn?: (warning: ThreadWarning) => void,
  ): void {
    const file = join(directory(), "increment.model");
    writeFileSync(file, encodeModel(INCREMENT));
    runner = createRunner({ models: [{ id: INCREMENT_ID, file }], executor }, threads, warn);
  }

  for (const executor of ["wasm", "webgpu", "reference"] as const) {
    it(`runs units in threads with the ${executor} executor, in order`, async () => {
      start(executor);
      const { tensors } = inputsOf(7);
      const outputs = await runner.run(INCREMENT_ID, tensors.map(encodeTensor));
      const expected = await new ReferenceExecutor().run(INCREMENT, tensors);
      expect(outputs.map(({ id }) => id)).to.deep.equal(expected.map(tensorId));
      expect(outputs.map(({ bytes }) => tensorId(decodeTensor(bytes)))).to.deep.equal(
        expected.map(tensorId),
      );
    });
  }

  context("given a machine without a GPU", () => {
    const hidden = { EGL_PLATFORM: "none", VK_DRIVER_FILES: "none", VK_ICD_FILENAMES: "none" };
    const before = Object.keys(hidden).map((name) => [name, process.env[name]] as const);
    beforeEach(() => Object.assign(process.env, hidden));
    afterEach(() => {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    });

    it("warns, and runs units on WebAssembly", async () => {
      const codes: string[] = [];
      start("webgpu", 1, ({ code }) => codes.push(code));
      const { tensors } = inputsOf(2);
      for (let i = 0; i < 2; i++) {
        const outputs = await runner.run(INCREMENT_ID, tensors.map(encodeTensor));
        const expected = await new ReferenceExecutor().run(INCREMENT, tensors);
        expect(outputs.map(({ id }) => id)).to.deep.equal(expected.map(tensorId));
      }
      expect(codes).to.deep.equal(["ADAPTER"]);
    });
  });

  it("identifies tensor files in order, and none at all", async () => {
    start("reference");
    const { tensors } = inputsOf(5);
    expect(await runner.identify(tensors.map(encodeTensor))).to.deep.equal(tensors.map(tensorId));
    expect(await runner.identify([])).to.deep.equal([]);
  });

  it("throws the tensor package's code, and goes on working", async () => {
    start("reference", 1);
    const file = encodeTensor(inputsOf(1).tensors[0]);
    const dirty = Uint8Array.from(file, (byte, i) => (i === 0 ? 1 : byte));
    const cases: [string, Uint8Array][] = [
      ["HEADER", dirty],
      ["HEADER", file.subarray(0, 31)],
      ["LENGTH", file.subarray(0, 35)],
      ["LENGTH", Buffer.concat([file, file])],
    ];
    for (const [code, bytes] of cases) {
      await expectError(() => runner.identify([bytes]), "RunError", code);
    }
    const other = encodeTensor(tensor("i8", 1, 5, [1, 2, 3, 4, 5]));
    await expectError(() => runner.run(INCREMENT_ID, [other]), "RunError", "INPUT");
    expect(await runner.identify([file])).to.have.length(1);
  });

  it("throws MODEL for a model that its threads do not have", async () => {
    start("reference", 1);
    const file = encodeTensor(inputsOf(1).tensors[0]);
    const other = `0x${"12".repeat(32)}` as const;
    const run = (): Promise<unknown> => runner.run(other, [file]);
    const { message } = await expectError(run, "RunError", "MODEL");
    expect(message).to.equal(`this thread knows no model ${other}`);
  });

  it("stops when its signal is aborted", async () => {
    start("reference", 1);
    const controller = new AbortController();
    const running = runner.identify([encodeTensor(inputsOf(1).tensors[0])], controller.signal);
    controller.abort();
    const failed = await running.then(
      () => "done",
      (error: Error) => error.name,
    );
    expect(failed).to.equal("AbortError");
  });
});
