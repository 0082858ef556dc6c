import { expect } from "chai";
import { ProgramBuilder, conv2d, tensor, zeros } from "../../../tensor/src/index";
import { compileModel } from "../../../tensor/src/wasm/compile";
import { SLACK, WasmError, growMemory, instantiateKernels } from "../../../tensor/src/wasm/kernels";
import { lowerFused } from "../../../tensor/src/lowering";
import { MemoryPlan } from "../../../tensor/src/wasm/memory";
import { createRandom, randomTensor } from "../../shared/random";
import type { Model } from "../../../tensor/src/index";
import type { CompiledModel } from "../../../tensor/src/wasm/compile";

const PAGE = 65_536;

function compile(model: Model): CompiledModel {
  return compileModel(model, lowerFused(model.program.nodes));
}

describe("memory of the WebAssembly executor", () => {
  describe("MemoryPlan", () => {
    it("keeps what lives at the same time apart, with room for overruns", () => {
      const random = createRandom(1);
      for (let round = 0; round < 50; round++) {
        const plan = new MemoryPlan();
        const lives = Array.from({ length: 40 }, () => {
          const first = random.int(0, 30);
          const last = random.oneIn(10) ? Infinity : random.int(first, 40);
          const region = plan.reserve(random.int(1, 500), first);
          plan.keep(region, last);
          return { first, last, region };
        });
        const base = random.int(0, 100);
        const end = plan.place(base);
        for (const [i, x] of lives.entries()) {
          expect(x.region.address % 16).to.equal(0);
          expect(x.region.address).to.be.at.least(base);
          expect(x.region.address + x.region.bytes + SLACK).to.be.at.most(end);
          for (const y of lives.slice(i + 1)) {
            if (x.last < y.first || y.last < x.first) continue;
            const [low, high] =
              x.region.address < y.region.address ? [x.region, y.region] : [y.region, x.region];
            expect(low.address + low.bytes + SLACK).to.be.at.most(high.address);
          }
        }
      }
    });

    it("uses an address again as soon as the step that read it has run", () => {
      const plan = new MemoryPlan();
      const regions = Array.from({ length: 100 }, (_, step) => {
        const region = plan.reserve(1_000 - SLACK, step);
        plan.keep(region, step + 1);
        return region;
      });
      expect(plan.place(0)).to.be.at.most(2 * 1_008);
      expect(new Set(regions.map(({ address }) => address)).size).to.equal(2);
    });

    it("does not shorten a life", () => {
      const plan = new MemoryPlan();
      const early = plan.reserve(16, 0);
      plan.keep(early, 5);
      plan.keep(early, 2);
      const late = plan.reserve(16, 4);
      plan.place(0);
      expect(late.address).to.not.equal(early.address);
    });
  });

  it("is fixed once a model is compiled", () => {
    const builder = new ProgramBuilder();
    const x = builder.input("x", "i8", 64, 64);
    builder.dot("gram", x, x);
    const compiled = compile(builder.build());
    const before = compiled.memoryBytes;
    for (let run = 0; run < 20; run++) compiled.run(zeros("i8", 64, 64));
    expect(compiled.memoryBytes).to.equal(before);
  });

  it("holds a few results of a deep program, not all", () => {
    const [depth, count] = [60, 100_000];
    const builder = new ProgramBuilder();
    const x = builder.input("x", "i8", 1, count);
    const table = builder.constant("table", tensor("i8", 1, 2, [1, -1]));
    let value = x;
    for (let layer = 0; layer < depth; layer++) {
      value = builder.take(`layer ${layer}`, table, value);
    }
    const compiled = compile(builder.build());
    expect(compiled.memoryBytes).to.be.lessThan(4 * count);
    const { data } = compiled.run(zeros("i8", 1, count));
    // 0 gives 1, 1 gives -1, -1 gives -1.
    expect(new Set(data)).to.deep.equal(new Set([-1]));
  });

  it("does not hold the patches of a convolution as a whole", () => {
    const [side, channels] = [128, 8];
    const builder = new ProgramBuilder();
    const image = builder.input("image", "i8", side * side, channels);
    const filters = randomTensor(createRandom(2), "i8", 4, 25 * channels);
    const windows = {
      height: side,
      width: side,
      channels,
      kernel: [5, 5],
      padding: [2, 2, 2, 2],
    } as const;
    conv2d(builder, "conv", image, builder.constant("filters", filters), windows, { dtype: "i8" });
    const patches = side * side * 25 * channels;
    expect(compile(builder.build()).memoryBytes).to.be.lessThan(patches / 3);
  });

  describe("instantiateKernels", () => {
    it("says how to build kernels that are not there", () => {
      expect(() => instantiateKernels("/nowhere/kernels.wasm"))
        .to.throw(WasmError, "npm run build:wasm")
        .with.property("code", "NOT_BUILT");
    });

    it("gives each caller a memory of its own", () => {
      const [one, other] = [instantiateKernels(), instantiateKernels()];
      growMemory(one, 3 * PAGE);
      expect(one.memory.buffer.byteLength).to.be.at.least(3 * PAGE);
      expect(other.memory.buffer.byteLength).to.be.lessThan(3 * PAGE);
    });
  });

  describe("growMemory", () => {
    it("adds the pages that are missing and no more", () => {
      const kernels = instantiateKernels();
      growMemory(kernels, 2 * PAGE);
      expect(kernels.memory.buffer.byteLength).to.equal(2 * PAGE);
      growMemory(kernels, 2 * PAGE);
      growMemory(kernels, 1);
      expect(kernels.memory.buffer.byteLength).to.equal(2 * PAGE);
      growMemory(kernels, 2 * PAGE + 1);
      expect(kernels.memory.buffer.byteLength).to.equal(3 * PAGE);
    });

    it("refuses more than a WebAssembly memory can have", () => {
      expect(() => growMemory(instantiateKernels(), 2 ** 32 + PAGE))
        .to.throw(WasmError, `${2 ** 32 + PAGE} bytes`)
        .with.property("code", "MEMORY");
    });
  });
});
