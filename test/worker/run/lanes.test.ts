/*
 * openRunner on fakes of threads
 * ├─ given threads whose executor is wrong: throws MISMATCH, and stops all that it started
 * ├─ given units for several lanes
 * │  ├─ gives the results in order, and more units to the faster of two GPUs
 * │  ├─ lets threads whose pace is known have an equal share each, in one piece
 * │  └─ throws what is wrong with a unit, and refuses no GPU for it
 * ├─ given a GPU that fails
 * │  ├─ at the start: refuses it with its code, and leaves its work to the other
 * │  ├─ in the middle of a call: has its units run again by the other, and tells it once
 * │  ├─ by the death of its thread: refuses it with CLOSED
 * │  ├─ for lack of room: leaves this model alone to the threads
 * │  └─ as the last of two: has the units run again by the threads
 * ├─ given auto
 * │  ├─ takes for each model what is faster, and tells both times
 * │  ├─ stops GPUs that are faster in no model
 * │  ├─ runs no more than two units on each lane where they take long
 * │  ├─ takes the threads, and measures nothing, where no GPU opens
 * │  └─ takes the threads where every GPU fails while it is measured
 * ├─ given webgpu: takes GPUs that are slower than the threads
 * └─ given wasm or reference: starts no GPU
 */
import { expect } from "chai";
import { expectError } from "../support/rejection";
import { FakeThreads } from "./fakeThreads";
import { GpuFault, RunError } from "../../../worker/src/run/errors";
import { openRunner } from "../../../worker/src/run/runner";
import type { Behaviour } from "./fakeThreads";
import type {
  Placement,
  Runner,
  RunnerListener,
  RunnerOptions,
} from "../../../worker/src/run/runner";
import type { ThreadTask } from "../../../worker/src/run/threads";
import type { Hex } from "../../../tensor/src/index";

const SMALL = "0x01";
const LARGE = "0x02";
const INPUT = { dtype: "i8", rows: 1, cols: 4 } as const;
const MODELS = ([SMALL, LARGE] as const).map((id) => ({ id, file: `${id}.model`, input: INPUT }));

describe("openRunner on fakes of threads", () => {
  let fakes: FakeThreads;
  let runner: Runner;
  let placed: Placement[];
  let refused: string[];

  async function open(
    executor: RunnerOptions["executor"],
    behaviours: Readonly<Record<string, Behaviour>>,
  ): Promise<void> {
    fakes = new FakeThreads(behaviours);
    [placed, refused] = [[], []];
    const names = Object.keys(behaviours).filter((name) => name.startsWith("gpu"));
    const gpus = names.map((adapter) => ({ device: { adapter } }));
    const listener: RunnerListener = {
      refused: ({ entry, adapter }, { code }, model) =>
        refused.push([entry, adapter, code, model ?? "all"].join(" ")),
      placed: (placement) => placed.push(placement),
    };
    const options = { models: MODELS, executor, threads: 2, gpus, unitsPerStep: 16 };
    const tools = { start: fakes.start, now: fakes.time.now };
    runner = await openRunner(options, listener, tools);
  }

  async function expectInOrder(units: number, model: Hex = SMALL): Promise<void> {
    const inputs = Array.from({ length: units }, (_, i) => Uint8Array.of(i));
    const outputs = await runner.run(model, inputs);
    expect(outputs.map(({ bytes }) => bytes)).to.deep.equal(inputs);
  }

  /** What runs a model, by what was told last. */
  function placeOf(model: string): string {
    const { executor, gpus } = placed.filter((each) => each.model === model).at(-1) ?? {};
    return [executor, ...(gpus ?? []).map(({ entry }) => entry)].join(" ");
  }

  const totalOf = (name: string) => fakes.of(name).pieces.reduce((sum, units) => sum + units, 0);
  const isRun = (task: ThreadTask, model?: string) =>
    task.kind === "run" && (model === undefined || task.model === model);
  const fault = (code: string, wanted: (task: ThreadTask, number: number) => boolean) => ({
    fail: (task: ThreadTask, number: number) => {
      if (wanted(task, number)) throw new GpuFault(code, "it failed");
    },
  });

  context("given threads whose executor is wrong", () => {
    it("throws MISMATCH, and stops all that it started", async () => {
      const wasm = {
        fail: () => {
          throw new RunError("MISMATCH", "wasm gives a wrong dot");
        },
      };
      await expectError(() => open("auto", { wasm, gpu0: {} }), "RunError", "MISMATCH");
      expect(fakes.of("wasm").closed).to.equal(true);
      expect(fakes.of("gpu0").closed).to.equal(true);
    });
  });

  context("given units for several lanes", () => {
    it("gives the results in order, and more units to the faster of two GPUs", async () => {
      await open("webgpu", { gpu0: { unitMs: () => 300 }, gpu1: { unitMs: () => 100 } });
      await expectInOrder(16);
      expect(totalOf("gpu0")).to.equal(4);
      expect(totalOf("gpu1")).to.equal(12);
      expect(totalOf("wasm")).to.equal(0);
    });

    it("lets threads whose pace is known have an equal share each, in one piece", async () => {
      await open("wasm", {});
      await expectInOrder(16);
      fakes.of("wasm").pieces.length = 0;
      await expectInOrder(15);
      expect(fakes.of("wasm").pieces).to.deep.equal([8, 7]);
    });

    it("throws what is wrong with a unit, and refuses no GPU for it", async () => {
      const fail = (task: ThreadTask) => {
        if (isRun(task)) throw new RunError("INPUT", "it does not fit");
      };
      await open("webgpu", { gpu0: { fail } });
      await expectError(() => expectInOrder(4), "RunError", "INPUT");
      expect(refused).to.deep.equal([]);
    });
  });

  context("given a GPU that fails", () => {
    it("at the start: refuses it with its code, and leaves its work to the other", async () => {
      await open("webgpu", { gpu0: fault("MISMATCH", () => true), gpu1: {} });
      expect(refused).to.deep.equal(["0 gpu0 MISMATCH all"]);
      expect(placeOf(SMALL)).to.equal("webgpu 1");
      await expectInOrder(9);
      expect(totalOf("gpu1")).to.equal(9);
      expect(fakes.of("gpu0")).to.include({ tasks: 1, closed: true });
    });

    it("in the middle of a call: has its units run again by the other, and tells it once", async () => {
      const gpu0 = { unitMs: () => 100, ...fault("TIMEOUT", (_, number) => number === 3) };
      await open("webgpu", { gpu0, gpu1: { unitMs: () => 100 } });
      await expectInOrder(16);
      expect(totalOf("gpu0")).to.equal(2);
      expect(totalOf("gpu1")).to.equal(14);
      await expectInOrder(5);
      expect(refused).to.deep.equal(["0 gpu0 adapter TIMEOUT all"]);
      expect(fakes.of("gpu0").tasks).to.equal(4);
      expect(placeOf(SMALL)).to.equal("webgpu 1");
    });

    it("by the death of its thread: refuses it with CLOSED", async () => {
      const fail = (task: ThreadTask) => {
        if (isRun(task)) throw new Error("worker exited with code: 134");
      };
      await open("webgpu", { gpu0: { fail }, gpu1: {} });
      await expectInOrder(4);
      expect(refused).to.deep.equal(["0 gpu0 adapter CLOSED all"]);
    });

    it("for lack of room: leaves this model alone to the threads", async () => {
      await open("webgpu", { gpu0: fault("LIMIT", (task) => isRun(task, LARGE)) });
      await expectInOrder(6, LARGE);
      await expectInOrder(6, LARGE);
      expect(refused).to.deep.equal([`0 gpu0 adapter LIMIT ${LARGE}`]);
      expect(placeOf(LARGE)).to.equal("wasm");
      expect(totalOf("wasm")).to.equal(12);
      await expectInOrder(6, SMALL);
      expect(placeOf(SMALL)).to.equal("webgpu 0");
      expect(totalOf("gpu0")).to.equal(6);
    });

    it("as the last of two: has the units run again by the threads", async () => {
      const gpu0 = { unitMs: () => 100, ...fault("CLOSED", (_, number) => number === 2) };
      const gpu1 = { unitMs: () => 100, ...fault("DEVICE", (_, number) => number === 4) };
      await open("webgpu", { gpu0, gpu1 });
      await expectInOrder(16);
      expect(refused).to.deep.equal(["0 gpu0 adapter CLOSED all", "1 gpu1 adapter DEVICE all"]);
      expect(totalOf("gpu0") + totalOf("gpu1") + totalOf("wasm")).to.equal(16);
      expect(totalOf("wasm")).to.equal(12);
      expect([placeOf(SMALL), placeOf(LARGE)]).to.deep.equal(["wasm", "wasm"]);
    });
  });

  context("given auto", () => {
    it("takes for each model what is faster, and tells both times", async () => {
      const wasm = { unitMs: (model: string) => (model === SMALL ? 1 : 40) };
      await open("auto", { wasm, gpu0: { unitMs: () => 4 } });
      expect([placeOf(SMALL), placeOf(LARGE)]).to.deep.equal(["wasm", "webgpu 0"]);
      const times = { wasm: 0.5, webgpu: 4 };
      expect(placed.map(({ unitMs }) => unitMs)).to.deep.equal([times, { wasm: 20, webgpu: 4 }]);
      expect(fakes.of("gpu0").closed).to.equal(false);
      const before = totalOf("gpu0");
      await expectInOrder(8, SMALL);
      expect(totalOf("gpu0")).to.equal(before);
      await expectInOrder(8, LARGE);
      expect(totalOf("gpu0")).to.equal(before + 8);
    });

    it("stops GPUs that are faster in no model", async () => {
      await open("auto", { wasm: { unitMs: () => 1 }, gpu0: { unitMs: () => 4 } });
      expect([placeOf(SMALL), placeOf(LARGE)]).to.deep.equal(["wasm", "wasm"]);
      expect(fakes.of("gpu0").closed).to.equal(true);
      expect(fakes.of("wasm").closed).to.equal(false);
      expect(refused).to.deep.equal([]);
    });

    it("runs no more than two units on each lane where they take long", async () => {
      await open("auto", { wasm: { unitMs: () => 6_000 }, gpu0: { unitMs: () => 2_000 } });
      expect(placed[0].unitMs).to.deep.equal({ wasm: 3_000, webgpu: 2_000 });
      expect(totalOf("gpu0")).to.equal(2 * MODELS.length);
      expect(totalOf("wasm")).to.equal(2 * 2 * MODELS.length);
    });

    it("takes the threads, and measures nothing, where no GPU opens", async () => {
      await open("auto", { gpu0: fault("ADAPTER", () => true) });
      expect(refused).to.deep.equal(["0 gpu0 ADAPTER all"]);
      expect(placed).to.deep.equal(
        MODELS.map(({ id }) => ({ model: id, executor: "wasm", gpus: [] })),
      );
      expect(totalOf("wasm")).to.equal(0);
    });

    it("takes the threads where every GPU fails while it is measured", async () => {
      const gpu0 = fault("CLOSED", (_, number) => number === 1);
      await open("auto", { gpu0, gpu1: fault("MISMATCH", (_, number) => number === 4) });
      expect(refused).to.have.length(2);
      expect([placeOf(SMALL), placeOf(LARGE)]).to.deep.equal(["wasm", "wasm"]);
      await expectInOrder(8);
    });
  });

  context("given webgpu", () => {
    it("takes GPUs that are slower than the threads", async () => {
      await open("webgpu", { wasm: { unitMs: () => 1 }, gpu0: { unitMs: () => 90 } });
      await expectInOrder(3);
      expect(totalOf("gpu0")).to.equal(3);
    });
  });

  for (const executor of ["wasm", "reference"] as const) {
    context(`given ${executor}`, () => {
      it("starts no GPU", async () => {
        await open(executor, { gpu0: {} });
        expect([...fakes.records.keys()]).to.deep.equal([executor]);
        expect(placeOf(SMALL)).to.equal(executor);
        await expectInOrder(3);
      });
    });
  }
});
