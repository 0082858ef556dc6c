import { expect } from "chai";
import {
  DTYPES,
  ReferenceExecutor,
  WasmExecutor,
  WebGpuError,
  WebGpuExecutor,
} from "../../tensor/src/index";
import { coverageOf, everyInstruction, nameOf } from "../shared/coverage";
import { createRandom } from "../shared/random";
import { randomInput, randomProgram } from "../shared/randomProgram";
import { expectSame } from "../shared/wasm";
import type { Model } from "../../tensor/src/index";
import type { Wanted } from "../shared/randomProgram";

const INSTRUCTIONS = 8;
const ELEMENTS = [40, 96, 300];

const SPECIALS = [
  ...["one row", "one column", "one element"],
  ...["columns that no 4 divides", "elements that no 16 divides"],
  ...DTYPES.flatMap((dtype) => [
    ...[`least ${dtype}`, `greatest ${dtype}`, `-1 as ${dtype}`, `0 as ${dtype}`],
    ...["", " plus one", " minus one"].map((off) => `power of two${off} as ${dtype}`),
  ]),
  ...["groups", "groups that share rows", "an odd row", "a square of what was read"],
  ...Array.from({ length: 63 }, (_, shift) => `shift ${shift}`),
  ...["spread over rows or columns", "spread with a rest", "a larger operand"],
  ...["division by zero", "division by a negative number", "division of the least number"],
  ...["root of a negative number", "several maxima"],
  ...["no loops", "8 loops", "padding before", "padding after", "far outside"],
  ...["backwards", "again and again", "a view of one element"],
  ...["chunks of several elements", "a negative index", "an index beyond the end"],
  ...["the least index", "the greatest index"],
];

/** Programs that hold every instruction, in random order. */
function programs(): Model[] {
  const random = createRandom(1);
  const left: Wanted[] = everyInstruction();
  const models: Model[] = [];
  while (left.length > 0) {
    const wanted = Array.from({ length: Math.min(INSTRUCTIONS, left.length) }, () => {
      const [one] = left.splice(random.int(0, left.length - 1), 1);
      return one;
    });
    const elements = ELEMENTS[models.length % ELEMENTS.length];
    models.push(randomProgram(models.length, { wanted, elements }));
  }
  return models;
}

/*
programs of extremes
├── hold every instruction, function and combination of types, every shift, and all that is special
├── give the same on WebAssembly as on the reference, node by node
└── give the same on WebGPU as on the reference, node by node
*/
describe("programs of extremes", function () {
  this.timeout(300_000);
  const models = programs();

  async function expectSameOn(executor: WasmExecutor | WebGpuExecutor): Promise<void> {
    for (const [seed, model] of models.entries()) {
      await expectSame(executor, model, [randomInput(seed, model)], `program ${seed}`);
    }
  }

  it("hold every instruction, function and combination of types, every shift, and all that is special", () => {
    const reference = new ReferenceExecutor();
    const seen = new Set(
      models.flatMap((model, seed) => {
        const trace = reference.trace(model, randomInput(seed, model));
        return [...coverageOf(model.program, trace)];
      }),
    );
    const wanted = [...new Set(everyInstruction().map(nameOf)), ...SPECIALS];
    expect(wanted.filter((name) => !seen.has(name))).to.deep.equal([]);
  });

  it("give the same on WebAssembly as on the reference, node by node", () =>
    expectSameOn(new WasmExecutor()));

  it("give the same on WebGPU as on the reference, node by node", async function () {
    const warn = (error: WebGpuError) => {
      throw error;
    };
    const executor = new WebGpuExecutor({ warn });
    try {
      console.log(`      on ${await executor.adapter()}`);
      await expectSameOn(executor);
    } catch (error) {
      if (!(error instanceof WebGpuError) || error.code !== "ADAPTER") throw error;
      console.log(`      skipped: ${error.message}`);
      this.skip();
    } finally {
      await executor.dispose();
    }
  });
});
