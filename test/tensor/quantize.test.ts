import { expect } from "chai";
import {
  ProgramBuilder,
  QuantizeError,
  ReferenceExecutor,
  addQuantized,
  affineOver,
  dequantize,
  dtypeMax,
  dtypeMin,
  multipliersFor,
  percentileRange,
  quantize,
  quantizeLinear,
  rangeOf,
  symmetricOver,
  tensor,
} from "../../tensor/src/index";
import { seededRandom } from "../../tensor/train/random";
import type { Affine, ChannelAxis, QuantizeErrorCode } from "../../tensor/src/index";

function expectCode(act: () => unknown, code: QuantizeErrorCode): void {
  expect(act).to.throw(QuantizeError).with.property("code", code);
}

describe("quantisation", () => {
  const random = seededRandom(11);
  const uniform = (count: number, low: number, high: number) =>
    Array.from({ length: count }, () => low + (high - low) * random());

  describe("ranges", () => {
    it("hold all values, or the share asked for", () => {
      const values = [...Array.from({ length: 998 }, (_, i) => i), -1e6, 1e6];
      expect(rangeOf(values)).to.deep.equal({ min: -1e6, max: 1e6 });
      expect(percentileRange(values, 1)).to.deep.equal({ min: -1e6, max: 1e6 });
      expect(percentileRange(values, 0.998)).to.deep.equal({ min: 0, max: 997 });
      expect(percentileRange(values, 0.9981)).to.deep.equal({ min: -1e6, max: 1e6 });
      expect(percentileRange([5], 0.5)).to.deep.equal({ min: 5, max: 5 });
    });

    it("need values and a share", () => {
      expectCode(() => rangeOf([]), "RANGE");
      expectCode(() => percentileRange([], 0.5), "RANGE");
      for (const share of [0, 1.01, NaN]) expectCode(() => percentileRange([1], share), "RANGE");
    });
  });

  describe("affine integers", () => {
    for (const dtype of ["i8", "i16"] as const) {
      it(`come back within half a step inside the range: ${dtype}`, () => {
        for (const affine of [
          affineOver({ min: -1.5, max: 4 }, dtype),
          symmetricOver({ min: -1.5, max: 4 }, dtype),
        ]) {
          const values = uniform(1_000, -1.5, 4);
          const back = dequantize(quantize(values, affine), affine);
          values.forEach((value, i) => {
            expect(Math.abs(back[i] - value)).to.be.at.most(affine.scale * (0.5 + 1e-9));
          });
        }
      });

      it(`stand for zero exactly, and saturate outside: ${dtype}`, () => {
        for (const range of [
          { min: -1, max: 3 },
          { min: 0, max: 7 },
          { min: -7, max: 0 },
          { min: 2, max: 9 },
          { min: -9, max: -2 },
          { min: 0, max: 0 },
        ]) {
          for (const affine of [affineOver(range, dtype), symmetricOver(range, dtype)]) {
            expect([...quantize([0], affine)]).to.deep.equal([affine.zeroPoint]);
            expect([...quantize([1e9, -1e9, Infinity, -Infinity], affine)]).to.deep.equal([
              dtypeMax(dtype),
              dtypeMin(dtype),
              dtypeMax(dtype),
              dtypeMin(dtype),
            ]);
          }
        }
      });
    }

    it("have the least integer as zero where nothing is negative", () => {
      expect(affineOver({ min: 0, max: 5.1 })).to.deep.equal({
        dtype: "i8",
        scale: 5.1 / 255,
        zeroPoint: -128,
      });
    });

    it("round halves up", () => {
      const affine: Affine = { dtype: "i8", scale: 2, zeroPoint: 3 };
      expect([...quantize([-3, -1, 1, 3], affine)]).to.deep.equal([2, 3, 4, 5]);
    });

    it("refuse what is not a number", () => {
      expectCode(() => affineOver({ min: 0, max: Infinity }), "RANGE");
      expectCode(() => symmetricOver({ min: NaN, max: 1 }), "RANGE");
      expectCode(() => quantize([0, NaN], affineOver({ min: 0, max: 1 })), "RANGE");
    });
  });

  describe("multipliersFor", () => {
    it("writes factors with 31 bits for the greatest", () => {
      for (const factors of [[0.5], [1e-9], [0.7, 0.0001], [3, 1, 0.25], [2 ** 31 - 1], [1]]) {
        const { multipliers, shift } = multipliersFor(factors);
        const greatest = Math.max(...multipliers);
        expect(greatest).to.be.at.most(dtypeMax("i32"));
        if (shift > 0 && shift < 62) expect(greatest).to.be.at.least(2 ** 30 - 1);
        factors.forEach((factor, i) => {
          expect(multipliers[i] / 2 ** shift).to.be.closeTo(factor, 0.5 / 2 ** shift);
        });
      }
    });

    it("takes the largest shift for tiny factors, and none for the greatest", () => {
      expect(multipliersFor([2 ** -60]).shift).to.equal(62);
      expect(multipliersFor([2 ** 31 - 1]).shift).to.equal(0);
    });

    it("refuses factors that do not fit", () => {
      for (const factors of [[0], [-1], [NaN], [2 ** 31], [2 ** -64], [1, 2 ** -40]]) {
        expectCode(() => multipliersFor(factors), "RATIO");
      }
    });
  });

  describe("quantizeLinear", () => {
    const channels = 6;
    const taps = 40;
    const input = affineOver({ min: -1, max: 2 });
    // Channels of very different sizes, so that one scale for all would be too coarse.
    const weights = uniform(channels * taps, -1, 1).map((w, i) => w * 4 ** -Math.floor(i / taps));
    const bias = uniform(channels, -0.5, 0.5);

    async function run(output: Affine, values: readonly number[], axis: ChannelAxis) {
      const layer = quantizeLinear({ weights, bias }, input, output, axis);
      const builder = new ProgramBuilder();
      const x = builder.input("x", "i8", 1, taps);
      const w = builder.constant("w", layer.weights);
      const shape = axis === "columns" ? {} : { rows: channels, cols: 1 };
      const sums =
        axis === "columns" ? builder.dot("sums", x, w) : builder.dot("sums", w, x, shape);
      addQuantized(builder, "y", sums, layer);
      const model = builder.build();
      expect(builder.warnings).to.deep.equal([]);
      const [result] = await new ReferenceExecutor().run(model, [
        tensor("i8", 1, taps, quantize(values, input)),
      ]);
      return dequantize(result.data, output);
    }

    function exact(values: readonly number[], relu: boolean): number[] {
      const seen = dequantize(quantize(values, input), input);
      return bias.map((b, channel) => {
        const sum = seen.reduce((total, x, tap) => total + x * weights[channel * taps + tap], b);
        return relu ? Math.max(sum, 0) : sum;
      });
    }

    for (const axis of ["columns", "rows"] as const) {
      it(`gives the float layer within its own steps, channels as ${axis}`, async () => {
        const output = symmetricOver({ min: -30, max: 30 }, "i16");
        for (let i = 0; i < 20; i++) {
          const values = uniform(taps, -1, 2);
          const result = await run(output, values, axis);
          exact(values, false).forEach((value, channel) => {
            // Half a step of each weight, times the greatest input, beside half a step of the output.
            const error = (4 ** -channel / 127 / 2) * 2 * taps + output.scale;
            expect(Math.abs(result[channel] - value)).to.be.at.most(error);
          });
        }
      });
    }

    it("is a ReLU where the output has no negative numbers", async () => {
      const output = affineOver({ min: 0, max: 12 });
      let zeros = 0;
      for (let i = 0; i < 20; i++) {
        const values = uniform(taps, -1, 2);
        const result = await run(output, values, "columns");
        exact(values, true).forEach((value, channel) => {
          const error = (4 ** -channel / 127 / 2) * 2 * taps + output.scale;
          expect(Math.abs(result[channel] - Math.min(value, 12))).to.be.at.most(error);
          if (value === 0) zeros++;
        });
      }
      expect(zeros).to.be.greaterThan(0);
    });

    it("refuses weights that are no matrix, and sums that could leave i32", () => {
      const output = affineOver({ min: 0, max: 1 });
      expectCode(
        () => quantizeLinear({ weights: [1, 2, 3], bias: [1, 1] }, input, output),
        "LENGTH",
      );
      expectCode(() => quantizeLinear({ weights: [], bias: [1] }, input, output), "LENGTH");
      expectCode(() => quantizeLinear({ weights: [1], bias: [1e9] }, input, output), "OVERFLOW");
      const wide: Affine = { dtype: "i32", scale: 1, zeroPoint: 0 };
      expectCode(() => quantizeLinear({ weights: [1], bias: [0] }, wide, output), "OVERFLOW");
    });
  });
});
