import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { decodeModel, modelId } from "../../tensor/src/index";
import { encodeNpy } from "../shared/npy";
import { encodeMessage, encodeOnnx, onnxMessage } from "../shared/onnx";
import { OnnxBuilder, createNormal } from "../shared/onnxModels";
import { runScript } from "./support";
import type { ModelCard } from "../../tensor/onnx/index";

/*
import
├── writes the program and a card with which it can be fed and read, and reports
├── takes a folder for each sample of a model with several inputs
├── ends with 1 and a code
│   ├── without samples, or with one that is no array
│   ├── for an array of another shape than the input
│   ├── for a shape that is missing
│   └── for weights behind a link to another folder
└── ends with 2 given a shape or number that is none
*/
describe("import", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "import-"));
    const normal = createNormal(4);
    const b = new OnnxBuilder(normal);
    const scores = b.node("Softmax", [b.linear("x", 6, 3)], { axis: -1 });
    writeFileSync(at("model.onnx"), encodeOnnx(b.finish({ x: ["batch", 6] }, scores)));
    mkdirSync(at("samples"));
    for (let i = 0; i < 4; i++) {
      const array = Float32Array.from({ length: 12 }, normal);
      writeFileSync(at(`samples/${i}.npy`), encodeNpy(array, { shape: "(2, 6)" }));
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  const at = (name: string) => join(folder, name);
  const run = (...args: string[]) => runScript("import", ...args, "--json");
  const wrong = async (code: number, text: RegExp, ...args: string[]) => {
    const ending = await run(...args);
    expect(ending.code, ending.stderr).to.equal(code);
    expect(ending.stderr).to.match(text);
  };
  const plain = () => [at("model.onnx"), "--calibrate", at("samples"), "-o", at("out.ergon")];

  it("writes the program and a card with which it can be fed and read, and reports", async () => {
    writeFileSync(at("labels.txt"), "a\nb\nc\n");
    const args = [...plain(), "--shape", "x=2,6", "--labels", at("labels.txt")];
    const { code, stdout, stderr } = await run(...args);
    expect(code, stderr).to.equal(0);
    const { program } = decodeModel(readFileSync(at("out.ergon")));
    const card = JSON.parse(readFileSync(at("out.ergon.json"), "utf8")) as ModelCard;
    expect(card.modelId).to.equal(modelId(program));
    const [{ scale, zeroPoint, ...part }] = card.input.parts;
    expect(part).to.deep.equal({ name: "x", shape: [2, 6], order: [0, 1], offset: 0, dtype: "i8" });
    expect(scale).to.be.greaterThan(0);
    expect(zeroPoint).to.be.within(-128, 127);
    expect(card.input.tensor).to.deep.equal({ dtype: "i8", rows: 2, cols: 6 });
    const { shape, tensor, leftOut } = card.output;
    expect({ shape, tensor, leftOut }).to.deep.equal({
      shape: [2, 3],
      tensor: { dtype: "i16", rows: 2, cols: 3 },
      leftOut: ["Softmax"],
    });
    expect(card.labels).to.deep.equal(["a", "b", "c"]);
    const report = JSON.parse(stdout) as { modelId: string; macs: string; layers: unknown[] };
    expect(report.modelId).to.equal(card.modelId);
    expect(report.layers).to.have.length(2);
  });

  it("takes a folder for each sample of a model with several inputs", async () => {
    const b = new OnnxBuilder(createNormal(1));
    const sum = b.node("Add", [b.linear("x", 2, 2), "z"]);
    writeFileSync(at("two.onnx"), encodeOnnx(b.finish({ x: [1, 2], z: [1, 2] }, sum)));
    mkdirSync(at("pairs/0"), { recursive: true });
    for (const name of ["x", "z"]) {
      writeFileSync(at(`pairs/0/${name}.npy`), encodeNpy(Float32Array.of(1, -1)));
    }
    const args = [at("two.onnx"), "--calibrate", at("pairs"), "-o", at("two.ergon")];
    const { code, stdout, stderr } = await run(...args);
    expect(code, stderr).to.equal(0);
    const { card } = JSON.parse(stdout) as { card: ModelCard };
    expect(card.input.parts.map(({ name, offset }) => [name, offset])).to.deep.equal([
      ["x", 0],
      ["z", 2],
    ]);
  });

  describe("ends with 1 and a code", () => {
    it("without samples, or with one that is no array", async () => {
      mkdirSync(at("none"));
      const args = [at("model.onnx"), "--calibrate", at("none"), "-o", at("out.ergon")];
      await wrong(1, /"FILE"[^]*has no samples/, ...args);
      writeFileSync(at("none/0.npy"), "text");
      await wrong(1, /"FILE"[^]*no NumPy array/, ...args);
    });

    it("for an array of another shape than the input", async () => {
      mkdirSync(at("turned"));
      writeFileSync(at("turned/0.npy"), encodeNpy(new Float32Array(12), { shape: "(6, 2)" }));
      const args = [at("model.onnx"), "--calibrate", at("turned"), "-o", at("out.ergon")];
      await wrong(
        1,
        /"FILE"[^]*is \[6,2\], but input \\"x\\" is \[2,6\]/,
        ...args,
        "--shape",
        "x=2,6",
      );
    });

    it("for a shape that is missing", async () => {
      await wrong(1, /"INPUT"[^]*needs a shape/, ...plain());
    });

    it("for weights behind a link to another folder", async () => {
      const b = new OnnxBuilder(createNormal(1));
      const message = onnxMessage(b.finish({ x: [1] }, b.node("Add", ["x", "w"])));
      const externalData = [{ key: "location", value: "w.bin" }];
      const initializer = [{ name: "w", dims: [1], dataType: 1, dataLocation: 1, externalData }];
      const graph = { ...message.graph, initializer };
      mkdirSync(at("linked"));
      writeFileSync(at("linked/model.onnx"), encodeMessage({ ...message, graph }));
      writeFileSync(at("secret.bin"), Buffer.alloc(4));
      symlinkSync(at("secret.bin"), at("linked/w.bin"));
      const [, ...rest] = plain();
      await wrong(1, /"EXTERNAL_DATA"[^]*cannot be read/, at("linked/model.onnx"), ...rest);
    });
  });

  it("ends with 2 given a shape or number that is none", async () => {
    await wrong(2, /Write a name and lengths/, ...plain(), "--shape", "x");
    await wrong(2, /Write a number/, ...plain(), "--target-decibels", "high");
  });
});
