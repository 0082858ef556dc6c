import { readFileSync } from "node:fs";
import { expect } from "chai";
import { ReferenceExecutor, WasmExecutor, encodeModel, tensorId } from "../../tensor/src/index";
import { floatAccuracy, integerAccuracy } from "../../tensor/train/accuracy";
import { describeDigits } from "../../tensor/train/card";
import { HELD_OUT_COUNT, loadDigits } from "../../tensor/train/dataset";
import {
  DIGIT_FILES,
  loadDigitCard,
  loadDigitModel,
  loadDigitParameters,
} from "../../tensor/train/files";
import { CALIBRATION_COUNT, digitInput, quantizeDigits } from "../../tensor/train/quantizeDigits";
import { RECIPE, train } from "../../tensor/train/training";
import { encodeParameters } from "../../tensor/train/weights";
import type { Digit } from "../../tensor/train/dataset";

describe("digit classifier", () => {
  const { training, heldOut } = loadDigits();
  const model = loadDigitModel();

  describe("data", () => {
    it("is split into 8,000 digits to train on and 2,000 held out, none in both", () => {
      const key = ({ pixels }: Digit) => Buffer.from(pixels).toString("latin1");
      const seen = new Set(training.map(key));
      expect([training.length, heldOut.length]).to.deep.equal([8_000, HELD_OUT_COUNT]);
      expect(heldOut.filter((digit) => seen.has(key(digit)))).to.deep.equal([]);
    });

    it("holds out the same share of every class, within one digit", () => {
      for (let label = 0; label < 10; label++) {
        const count = (digits: readonly Digit[]) => digits.filter((d) => d.label === label).length;
        const share = ((count(training) + count(heldOut)) * HELD_OUT_COUNT) / 10_000;
        expect(Math.abs(count(heldOut) - share)).to.be.at.most(1);
      }
    });

    it("has grey levels from paper to ink", () => {
      const levels = new Set(heldOut.flatMap(({ pixels }) => [...pixels]));
      expect(Math.min(...levels)).to.equal(0);
      expect(Math.max(...levels)).to.equal(255);
    });
  });

  describe("training", () => {
    it("gives the same parameters again, and others for another seed", () => {
      const few = training.slice(0, 64);
      const run = (seed: number) => train(few, { ...RECIPE, epochs: 1, seed });
      expect(encodeParameters(run(1))).to.deep.equal(encodeParameters(run(1)));
      expect(encodeParameters(run(1))).to.not.deep.equal(encodeParameters(run(2)));
    });

    it("lowers the loss", () => {
      const losses: number[] = [];
      train(training.slice(0, 640), { ...RECIPE, epochs: 4 }, (_, loss) => losses.push(loss));
      expect(losses[3]).to.be.lessThan(losses[0] / 2);
    });
  });

  describe("committed files", () => {
    it("hold the model that the float parameters quantise to", () => {
      const again = quantizeDigits(loadDigitParameters(), training.slice(0, CALIBRATION_COUNT));
      expect(Buffer.from(encodeModel(again)).equals(readFileSync(DIGIT_FILES.model))).to.equal(
        true,
      );
    });

    it("are right on 97 % of the held-out digits, integers within half a point of floats", async () => {
      const float = floatAccuracy(loadDigitParameters(), heldOut);
      const integer = await integerAccuracy(new WasmExecutor(), model, heldOut);
      expect(float).to.be.at.least(0.97);
      expect(integer).to.be.at.least(0.97);
      expect(Math.abs(float - integer)).to.be.at.most(0.005);
      expect(loadDigitCard()).to.deep.equal(describeDigits(model, { float, integer }));
    });

    it("take at most 300 kB", () => {
      const sizes = Object.values(DIGIT_FILES).map((path) => readFileSync(path).length);
      expect(sizes.reduce((sum, size) => sum + size)).to.be.at.most(300_000);
    });
  });

  it("gives the logits of the reference", async () => {
    const inputs = heldOut.slice(0, 10).map(digitInput);
    const outputs = await new WasmExecutor().run(model, inputs);
    const expected = await new ReferenceExecutor().run(model, inputs);
    expect(outputs.map(tensorId)).to.deep.equal(expected.map(tensorId));
  });
});
