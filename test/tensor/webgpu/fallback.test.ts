/*
 * WebGpuExecutor on fakes of a GPU's process
 * ├─ given an honest one
 * │  ├─ runs on it, and warns of nothing
 * │  ├─ traces on it
 * │  ├─ starts another after it was disposed of
 * │  ├─ leaves what is under way when it is disposed of to the fallback, without a warning
 * │  └─ refuses an input of another shape before it asks it
 * ├─ given one that fails: absent, silent, wrong in its test, wrong later, crashing
 * │  ├─ warns once, with the code, and gives the right outputs all the same
 * │  └─ tries again after it was disposed of
 * └─ given one that has no room for a model
 *    └─ leaves this model alone to the fallback
 */
import { join } from "node:path";
import { expect } from "chai";
import {
  ProgramError,
  ReferenceExecutor,
  WebGpuExecutor,
  tensorId,
} from "../../../tensor/src/index";
import { createRandom, randomTensor } from "../../shared/random";
import { randomInput, randomProgram } from "../../shared/randomProgram";
import { expectSame } from "../../shared/wasm";
import type { Executor, WebGpuError } from "../../../tensor/src/index";

describe("WebGpuExecutor on fakes of a GPU's process", () => {
  const model = randomProgram(1);
  const inputs = [1, 2, 3].map((seed) => randomInput(seed, model));
  let executor: WebGpuExecutor;
  let warnings: WebGpuError[];
  let left: number;
  afterEach(() => executor.dispose());

  function start(fake: string, silenceMs?: number): void {
    warnings = [];
    left = 0;
    const reference = new ReferenceExecutor();
    const fallback: Executor = {
      name: "reference",
      run: (...call) => {
        left++;
        return reference.run(...call);
      },
    };
    executor = new WebGpuExecutor({
      fallback,
      silenceMs,
      warn: (error) => warnings.push(error),
      processPath: join(__dirname, "fakes", `${fake}.ts`),
    });
  }

  async function expectRight(): Promise<void> {
    const expected = await new ReferenceExecutor().run(model, inputs);
    const outputs = await executor.run(model, inputs);
    expect(outputs.map(tensorId)).to.deep.equal(expected.map(tensorId));
  }

  const codes = () => warnings.map(({ code }) => code);

  context("given an honest one", () => {
    beforeEach(() => start("honest"));

    it("runs on it, and warns of nothing", async () => {
      expect(await executor.adapter()).to.equal("fake");
      await expectRight();
      await expectRight();
      // The first output of a model is compared.
      expect(left).to.equal(1);
      expect(codes()).to.deep.equal([]);
    });

    it("traces on it", () => expectSame(executor, model, inputs));

    it("starts another after it was disposed of", async () => {
      await expectRight();
      await executor.dispose();
      await expectRight();
      expect(codes()).to.deep.equal([]);
      expect(left).to.equal(2);
    });

    it("leaves what is under way when it is disposed of to the fallback, without a warning", async () => {
      await expectRight();
      const running = expectRight();
      await executor.dispose();
      await running;
      await expectRight();
      expect(codes()).to.deep.equal([]);
    });

    it("refuses an input of another shape before it asks it", async () => {
      const { dtype, rows, cols } = inputs[0];
      const wrong = randomTensor(createRandom(1), dtype, rows, cols + 1);
      for (const refused of [executor.run(model, [wrong]), executor.trace(model, wrong)]) {
        const error = await refused.then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error).to.be.instanceOf(ProgramError).with.property("code", "INPUT");
      }
      expect(codes()).to.deep.equal([]);
    });
  });

  for (const [fake, code, silenceMs] of [
    ["absent", "ADAPTER", undefined],
    ["silent", "TIMEOUT", 50],
    ["wrong", "MISMATCH", undefined],
    ["wrongWhenFused", "MISMATCH", undefined],
    ["liar", "MISMATCH", undefined],
    ["crash", "CLOSED", undefined],
  ] as const) {
    context(`given one that fails: ${fake}`, () => {
      beforeEach(() => start(fake, silenceMs));

      it("warns once, with the code, and gives the right outputs all the same", async () => {
        await Promise.all([expectRight(), expectRight()]);
        await expectRight();
        expect(codes()).to.deep.equal([code]);
      });

      it("tries again after it was disposed of", async () => {
        await expectRight();
        await executor.dispose();
        await expectRight();
        expect(codes()).to.deep.equal([code, code]);
      });
    });
  }

  context("given one that has no room for a model", () => {
    it("leaves this model alone to the fallback", async () => {
      start("small");
      await expectRight();
      await expectRight();
      expect(left).to.equal(2);
      const other = randomProgram(2);
      const input = randomInput(2, other);
      const [output] = await executor.run(other, [input]);
      const [expected] = await new ReferenceExecutor().run(other, [input]);
      expect(tensorId(output)).to.equal(tensorId(expected));
      expect(left).to.equal(3);
      expect(codes()).to.deep.equal(["LIMIT"]);
    });
  });
});
