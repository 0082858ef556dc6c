import { readFileSync } from "node:fs";
import { decodeOutput, encodeInputs, importOnnx } from "../../tensor/onnx/index";
import { OCR_FILES, readLabels } from "../../tensor/ocr/files";
import { LINE_HEIGHT, renderLines, renderPages } from "../../tensor/ocr/lines";
import { decodeText } from "../../tensor/ocr/text";
import { WasmExecutor } from "../../tensor/src/index";
import { OnnxModel } from "./onnxruntime";
import { speedups, timeInTurns } from "./timing";
import type { Imported } from "../../tensor/onnx/index";
import type { TextLine } from "../../tensor/ocr/lines";
import type { Tensor } from "../../tensor/src/index";
import type { Threads } from "./onnxruntime";
import type { IMPORTS } from "./report";
import type { Candidate, Timings } from "./timing";

type Name = (typeof IMPORTS)[number];

/** An imported network beside onnxruntime on the network of floats that it was made of. */
export interface ImportResult {
  readonly name: Name;
  /** Of the input. */
  readonly dims: readonly number[];
  /** Of the ONNX file, and of the program's. */
  readonly bytes: { readonly onnx: number; readonly program: number };
  readonly macs: number;
  readonly importSeconds: number;
  /** Share of pictures, unseen by calibration, for which both say the same. */
  readonly agreement: number;
  /** Microseconds of one picture. */
  readonly micros: Timings;
  /** How many times less WebAssembly takes. */
  readonly speedup: Timings;
}

/** A network of optical character recognition. */
interface Network {
  readonly file: string;
  readonly dims: readonly number[];
  /** Pictures from `seed` on. */
  readonly render: (count: number, seed: number) => TextLine[];
  /** Whether both outputs say the same. */
  readonly agrees: (exact: ArrayLike<number>, integer: ArrayLike<number>) => boolean;
}

/** An imported network with inputs for it. */
export interface ImportedNetwork {
  readonly imported: Imported;
  readonly inputs: readonly Tensor[];
  readonly result: ImportResult;
}

const CALIBRATED = 8;
/** Seeds of pictures for calibration, far from those that are compared. */
const CALIBRATION_SEED = 1_000_000;
const COMPARED = 32;
const CALLS = 30;
const LEAST_AGREEMENT = 0.85;
/** A pixel is text above this, and pages may differ in one pixel of a hundred. */
const [TEXT, SAME_PIXELS] = [0.3, 0.99];

const labels = readLabels();

const NETWORKS: Readonly<Record<Name, Network>> = {
  direction: {
    file: OCR_FILES.direction,
    dims: [1, 3, LINE_HEIGHT, 192],
    render: (count, seed) => renderLines(count, 192, seed, true),
    agrees: (exact, integer) => exact[0] > exact[1] === integer[0] > integer[1],
  },
  recogniser: {
    file: OCR_FILES.recogniser,
    dims: [1, 3, LINE_HEIGHT, 320],
    render: (count, seed) => renderLines(count, 320, seed),
    agrees: (exact, integer) => decodeText(exact, labels) === decodeText(integer, labels),
  },
  detector: {
    file: OCR_FILES.detector,
    dims: [1, 3, 2 * LINE_HEIGHT, 160],
    render: (count, seed) => renderPages(count, 160, seed),
    agrees: (exact, integer) => {
      const same = Array.from(exact, (x, i) => x > TEXT === integer[i] > TEXT);
      return same.filter(Boolean).length >= SAME_PIXELS * same.length;
    },
  },
};

/**
 * Imports a network and times it. Throws if what it says of pictures differs too often from what
 * onnxruntime says.
 */
export async function compareImport(name: Name): Promise<ImportedNetwork> {
  const { file, dims, render } = NETWORKS[name];
  const onnx = readFileSync(file);
  const samples = render(CALIBRATED, CALIBRATION_SEED).map(({ pixels }) => sampleOf(pixels));
  const start = performance.now();
  const imported = await importOnnx(onnx, { shapes: new Map([["x", dims]]), samples });
  const importSeconds = (performance.now() - start) / 1e3;

  const pictures = render(COMPARED, 0).map(({ pixels }) => pixels);
  const inputs = pictures.map((pixels) =>
    encodeInputs(imported.model, imported.inputs, sampleOf(pixels)),
  );
  const agreement = await agreementOf(imported, inputs, onnx, pictures, NETWORKS[name]);
  if (agreement < LEAST_AGREEMENT) {
    throw new Error(`the imported ${name} and onnxruntime agree on ${agreement} of the pictures`);
  }
  const micros = await timeNetwork(imported, inputs[0], onnx, pictures[0], dims);
  const { bytes, macs } = imported.report;
  return {
    imported,
    inputs,
    result: {
      name,
      dims,
      bytes: { onnx: onnx.length, program: bytes },
      macs: Number(macs),
      importSeconds,
      agreement,
      micros,
      speedup: speedups(micros, "wasm"),
    },
  };
}

function sampleOf(pixels: Float32Array): Map<string, Float32Array> {
  return new Map([["x", pixels]]);
}

async function agreementOf(
  { model, output }: Imported,
  inputs: readonly Tensor[],
  onnx: Uint8Array,
  pictures: readonly Float32Array[],
  { dims, agrees }: Network,
): Promise<number> {
  const results = await new WasmExecutor().run(model, inputs);
  const float = await OnnxModel.load(onnx, "1 thread");
  let same = 0;
  for (const [i, pixels] of pictures.entries()) {
    const exact = await float.run(pixels, dims);
    if (agrees(exact, decodeOutput(results[i], output.affine))) same++;
  }
  await float.release();
  return same / pictures.length;
}

async function timeNetwork(
  { model }: Imported,
  input: Tensor,
  onnx: Uint8Array,
  pixels: Float32Array,
  dims: readonly number[],
): Promise<Timings> {
  const executor = new WasmExecutor();
  const wasm = {
    name: executor.name,
    units: 1,
    calls: CALLS,
    run: () => executor.run(model, [input]),
  };
  const timePeer = async (threads: Threads, others: readonly Candidate[]) => {
    const float = await OnnxModel.load(onnx, threads);
    const run = () => float.run(pixels, dims);
    const peer = { name: `onnxruntime f32, ${threads}`, units: 1, calls: CALLS, run };
    const timings = await timeInTurns([...others, peer]);
    await float.release();
    return timings;
  };
  // Threads of onnxruntime go on spinning after a run, so what uses them comes last.
  return { ...(await timePeer("1 thread", [wasm])), ...(await timePeer("all threads", [])) };
}
