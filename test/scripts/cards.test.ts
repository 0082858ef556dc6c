import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readUnits } from "../../scripts/shared/cards";
import type { Units } from "../../scripts/shared/cards";
import { encodeTensors } from "../../scripts/shared/files";
import { cardOf, decodeOutput, encodeInputs, importOnnx, parseNpy } from "../../tensor/onnx/index";
import type { Imported, ModelCard, Sample } from "../../tensor/onnx/index";
import { WasmExecutor } from "../../tensor/src/index";
import { encodeNpy } from "../shared/npy";
import { encodeOnnx } from "../shared/onnx";
import { OnnxBuilder, createNormal } from "../shared/onnxModels";

const [CHANNELS, HEIGHT, WIDTH] = [2, 3, 4];
const UNITS = 3;

/*
readUnits
├── given a card
│  ├── it makes inputs of the samples in a folder, an axis of length 1 there or not
│  ├── it writes outputs as one array of real numbers
│  └── it throws FILE
│     ├── for a sample of another shape
│     ├── for a folder without samples
│     ├── for the card of another model
│     ├── for a card whose input lies outside the program's, or repeats an axis
│     └── for a file that is no card
└── given no card
   ├── it takes tensor files and gives tensor files
   └── it throws FILE for a folder, or for arrays
*/
describe("readUnits", () => {
  const normal = createNormal(5);
  const samples: Sample[] = Array.from(
    { length: UNITS },
    () => new Map([["x", Float32Array.from({ length: CHANNELS * HEIGHT * WIDTH }, normal)]]),
  );
  let folder: string;
  let imported: Imported;
  let card: ModelCard;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "cards-"));
    imported = await importImages(samples);
    card = cardOf(imported);
    await writeCard("card.json", card);
    await mkdir(at("samples"));
    for (const [i, sample] of samples.entries()) {
      const shape = `(${i === 0 ? "" : "1, "}${CHANNELS}, ${HEIGHT}, ${WIDTH})`;
      await writeFile(at(`samples/${i}.npy`), encodeNpy(pixels(sample), { shape }));
    }
  });
  after(() => rm(folder, { recursive: true }));

  const at = (name: string): string => join(folder, name);
  const writeCard = (name: string, value: unknown): Promise<void> =>
    writeFile(at(name), JSON.stringify(value));
  const encoded = () =>
    samples.map((sample) => encodeInputs(imported.model, imported.inputs, sample));
  const read = (place: string, cardFile?: string): Promise<Units> =>
    readUnits(at(place), imported.model, cardFile && at(cardFile));

  async function refuses(message: RegExp, place: string, cardFile?: string): Promise<void> {
    const error = await read(place, cardFile).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.include({ code: "FILE" });
    expect((error as Error).message).to.match(message);
  }

  context("given a card", () => {
    it("makes inputs of the samples in a folder, an axis of length 1 there or not", async () => {
      const { inputs } = await read("samples", "card.json");
      expect(inputs).to.deep.equal(encoded());
    });

    it("writes outputs as one array of real numbers", async () => {
      const { inputs, encodeOutputs } = await read("samples", "card.json");
      const outputs = await new WasmExecutor().run(imported.model, inputs);
      const { dims, data } = parseNpy(encodeOutputs(outputs));
      expect(dims).to.deep.equal([UNITS, ...card.output.shape]);
      const reals = outputs.flatMap((output) => [...decodeOutput(output, imported.output.affine)]);
      expect([...data]).to.deep.equal([...Float32Array.from(reals)]);
      expect(new Set(reals).size).to.be.greaterThan(UNITS);
    });

    describe("throws FILE", () => {
      it("for a sample of another shape", async () => {
        await mkdir(at("last"));
        const shape = `(${HEIGHT}, ${WIDTH}, ${CHANNELS})`;
        await writeFile(at("last/0.npy"), encodeNpy(pixels(samples[0]), { shape }));
        await refuses(
          /0\.npy has the shape \[3,4,2\], and input "x" \[1,2,3,4\]/,
          "last",
          "card.json",
        );
      });

      it("for a folder without samples", async () => {
        await mkdir(at("none"));
        await refuses(/has no samples: put some there, a \.npy file each/, "none", "card.json");
      });

      it("for the card of another model", async () => {
        await writeCard("other.json", { ...card, modelId: `0x${"12".repeat(32)}` });
        await refuses(/is the card of another model/, "samples", "other.json");
      });

      it("for a card whose input lies outside the program's, or repeats an axis", async () => {
        const [part] = card.input.parts;
        for (const wrong of [{ offset: 1 }, { order: [0, 2, 3, 3] }]) {
          const input = { ...card.input, parts: [{ ...part, ...wrong }] };
          await writeCard("wrong.json", { ...card, input });
          await refuses(/is the card of another model/, "samples", "wrong.json");
        }
      });

      it("for a file that is no card", async () => {
        await writeCard("none.json", { ...card, output: undefined });
        await refuses(
          /is no card that import makes: output missing or wrong/,
          "samples",
          "none.json",
        );
      });
    });
  });

  context("given no card", () => {
    it("takes tensor files and gives tensor files", async () => {
      const document = encodeTensors(encoded());
      await writeFile(at("inputs.bin"), document);
      const { inputs, encodeOutputs } = await read("inputs.bin");
      expect(inputs).to.deep.equal(encoded());
      expect(encodeOutputs(inputs)).to.deep.equal(document);
    });

    it("throws FILE for a folder, or for arrays", async () => {
      await refuses(/it is a folder: give a file/, "samples");
      await refuses(/\.npy files need --card/, "samples/0.npy");
    });
  });
});

function pixels(sample: Sample): Float32Array {
  return Float32Array.from(sample.get("x") ?? []);
}

/** A model of images, whose channels come first in ONNX and last in the program. */
function importImages(samples: readonly Sample[]): Promise<Imported> {
  const b = new OnnxBuilder(createNormal(6));
  const scores = b.node("Conv", ["x", b.noise([3, CHANNELS, 1, 1], 1)]);
  const x = [1, CHANNELS, HEIGHT, WIDTH];
  return importOnnx(encodeOnnx(b.finish({ x }, scores)), { samples });
}
