/*
 * worker Runner
 * ├─ runs units in threads with the wasm and the reference executor, in order
 * ├─ identifies tensor files in order, and none at all
 * ├─ throws the tensor package's code, and goes on working
 * ├─ throws MODEL for a model that its threads do not have
 * ├─ stops when its signal is aborted
 * ├─ given a kernel that is wrong on this machine: does not open, with MISMATCH
 * ├─ given an adapter: runs units on it in two entries, and says what there is beside one that is missing
 * ├─ given an entry whose variables hide all adapters: refuses it, and runs units on WebAssembly
 * ├─ given a GPU that crashes and an honest one: has all units run by the honest one
 * └─ given GPUs of which one lies and one hangs: has all units run by the threads
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { INCREMENT, INCREMENT_ID, inputsOf } from "../support/model";
import { expectError } from "../support/rejection";
import { useTemporaryDirectory } from "../support/temporary";
import { openRunner } from "../../../worker/src/run/runner";
import { startThreads } from "../../../worker/src/run/threads";
import type {
  Placement,
  Runner,
  RunnerListener,
  RunnerOptions,
  RunnerTools,
} from "../../../worker/src/run/runner";
import {
  ReferenceExecutor,
  decodeTensor,
  encodeModel,
  encodeTensor,
  inputHeader,
  tensor,
  tensorId,
} from "../../../tensor/src/index";
import type { GpuOptions } from "../../../tensor/src/index";

const FAKES = join(__dirname, "../../tensor/webgpu/fakes");

describe("worker Runner", () => {
  const directory = useTemporaryDirectory();
  let runner: Runner | undefined;
  let placed: Placement | undefined;
  let refused: { readonly entry: number; readonly code: string; readonly message: string }[];
  afterEach(() => runner?.close());

  function optionsOf(
    executor: RunnerOptions["executor"],
    threads: number,
    gpus: readonly GpuOptions[],
  ): RunnerOptions {
    const file = join(directory(), "increment.model");
    writeFileSync(file, encodeModel(INCREMENT));
    const model = { id: INCREMENT_ID, file, input: inputHeader(INCREMENT.program) };
    return { models: [model], executor, threads, gpus, unitsPerStep: 16 };
  }

  async function start(
    executor: RunnerOptions["executor"],
    threads = 2,
    gpus: readonly GpuOptions[] = [],
  ): Promise<Runner> {
    [runner, placed, refused] = [undefined, undefined, []];
    const listener: RunnerListener = {
      refused: ({ entry }, { code, message }) => refused.push({ entry, code, message }),
      placed: (placement) => (placed = placement),
    };
    runner = await openRunner(optionsOf(executor, threads, gpus), listener);
    return runner;
  }

  async function expectRight(on: Runner, units: number): Promise<void> {
    const { tensors } = inputsOf(units);
    const outputs = await on.run(INCREMENT_ID, tensors.map(encodeTensor));
    const expected = (await new ReferenceExecutor().run(INCREMENT, tensors)).map(tensorId);
    expect(outputs.map(({ id }) => id)).to.deep.equal(expected);
    const found = outputs.map(({ bytes }) => tensorId(decodeTensor(bytes)));
    expect(found).to.deep.equal(expected);
  }

  const codes = () => refused.map(({ entry, code }) => `${entry} ${code}`).sort();

  for (const executor of ["wasm", "reference"] as const) {
    it(`runs units in threads with the ${executor} executor, in order`, async () =>
      expectRight(await start(executor), 7));
  }

  it("identifies tensor files in order, and none at all", async () => {
    const runner = await start("reference");
    const { tensors } = inputsOf(5);
    expect(await runner.identify(tensors.map(encodeTensor))).to.deep.equal(tensors.map(tensorId));
    expect(await runner.identify([])).to.deep.equal([]);
  });

  it("throws the tensor package's code, and goes on working", async () => {
    const runner = await start("reference", 1);
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
    const runner = await start("reference", 1);
    const file = encodeTensor(inputsOf(1).tensors[0]);
    const other = `0x${"12".repeat(32)}` as const;
    const run = (): Promise<unknown> => runner.run(other, [file]);
    const { message } = await expectError(run, "RunError", "MODEL");
    expect(message).to.equal(`this thread knows no model ${other}`);
  });

  it("stops when its signal is aborted", async () => {
    const runner = await start("reference", 1);
    const controller = new AbortController();
    const running = runner.identify([encodeTensor(inputsOf(1).tensors[0])], controller.signal);
    controller.abort();
    const failed = await running.then(
      () => "done",
      (error: Error) => error.name,
    );
    expect(failed).to.equal("AbortError");
  });

  context("given a kernel that is wrong on this machine", () => {
    it("does not open, with MISMATCH", async () => {
      const now = () => performance.now();
      const broken = join(__dirname, "wrongThread.ts");
      const tools: RunnerTools = { start: (data, count) => startThreads(data, count, broken), now };
      const open = () => openRunner(optionsOf("wasm", 1, []), undefined, tools);
      const { message } = await expectError(open, "RunError", "MISMATCH");
      expect(message).to.match(
        /^wasm gives a wrong dot, node \d+ of its test on this machine; run/,
      );
    });
  });

  context("given an adapter", () => {
    it("runs units on it in two entries, and says what there is beside one that is missing", async function () {
      const missing = { device: { adapter: "no such adapter" } };
      const on = await start("webgpu", 1, [{}, {}, missing]);
      expect(codes()).to.include("2 ADAPTER");
      if (codes().includes("0 ADAPTER")) {
        console.log("      skipped: there is no adapter for WebGPU");
        this.skip();
      }
      expect(codes()).to.deep.equal(["2 ADAPTER"]);
      expect(refused[0].message).to.match(/'no such adapter' found Available adapters: \* backend/);
      expect(placed?.gpus.map(({ entry }) => entry)).to.deep.equal([0, 1]);
      await expectRight(on, 16);
      expect(codes()).to.deep.equal(["2 ADAPTER"]);
    });
  });

  context("given an entry whose variables hide all adapters", () => {
    it("refuses it, and runs units on WebAssembly", async () => {
      const hidden = { EGL_PLATFORM: "none", VK_DRIVER_FILES: "none", VK_ICD_FILENAMES: "none" };
      const on = await start("auto", 1, [{ environment: hidden }]);
      expect(codes()).to.deep.equal(["0 ADAPTER"]);
      expect(placed?.executor).to.equal("wasm");
      await expectRight(on, 2);
    });
  });

  context("given a GPU that crashes and an honest one", () => {
    it("has all units run by the honest one", async () => {
      const [crash, honest] = ["crash.ts", "honest.ts"].map((fake) => join(FAKES, fake));
      const on = await start("webgpu", 1, [{ processPath: crash }, { processPath: honest }]);
      await expectRight(on, 9);
      await expectRight(on, 3);
      expect(codes()).to.deep.equal(["0 CLOSED"]);
      expect(placed?.gpus).to.deep.equal([{ entry: 1, adapter: "fake" }]);
    });
  });

  context("given GPUs of which one lies and one hangs", () => {
    it("has all units run by the threads", async () => {
      const [liar, silent] = ["liar.ts", "silent.ts"].map((fake) => join(FAKES, fake));
      const gpus = [{ processPath: liar }, { processPath: silent, silenceMs: 50 }];
      const on = await start("webgpu", 1, gpus);
      await expectRight(on, 9);
      expect(codes()).to.deep.equal(["0 MISMATCH", "1 TIMEOUT"]);
      expect(placed).to.deep.include({ executor: "wasm", gpus: [] });
    });
  });
});
