import { FONTS } from "./onnxBench";
import { createRandom } from "./random";
import type { Bench, Canvas } from "./onnxBench";
import type { Random } from "./random";

const WORDS = [
  ..."the quick brown fox jumps over a lazy dog".split(" "),
  ..."Invoice Total Amount Date Number Street City Order Price Tax Account Bank Receipt".split(" "),
  ..."Customer Payment Due Balance Name Phone Email Address Service Product Item Unit".split(" "),
];

/** Height of the models' input. */
export const LINE_HEIGHT = 48;

/** A line of text, and its picture as the models take it: channels first, from -1 to 1. */
export interface TextLine {
  readonly text: string;
  readonly pixels: Float32Array;
}

function randomText(random: Random): string {
  const word = () => {
    const kind = random.int(0, 9);
    if (kind < 6) return random.pick(WORDS);
    return kind < 8
      ? String(random.int(0, 99_999))
      : `$${(random.int(0, 99_999) / 100).toFixed(2)}`;
  };
  return Array.from({ length: random.int(1, 3) }, word).join(" ");
}

/**
 * A random line in one of several fonts and sizes, dark on light or light on dark, scaled to the height
 * of the models; the rest of `width` is black.
 */
export function renderLine(
  bench: Bench,
  seed: number,
  width: number,
  upsideDown = false,
): TextLine {
  const random = createRandom(seed);
  const text = randomText(random);
  const drawn = drawText(bench, random, text);
  const scaled = Math.min(width, Math.ceil((LINE_HEIGHT * drawn.width) / drawn.height));
  const canvas = bench.canvas.createCanvas(scaled, LINE_HEIGHT);
  const context = canvas.getContext("2d");
  if (upsideDown) {
    context.translate(scaled, LINE_HEIGHT);
    context.rotate(Math.PI);
  }
  context.drawImage(drawn.canvas, 0, 0, scaled, LINE_HEIGHT);
  const { data } = context.getImageData(0, 0, scaled, LINE_HEIGHT);
  const pixels = new Float32Array(3 * LINE_HEIGHT * width);
  for (let row = 0; row < LINE_HEIGHT; row++) {
    for (let col = 0; col < scaled; col++) {
      for (let channel = 0; channel < 3; channel++) {
        const level = data[(row * scaled + col) * 4 + channel];
        pixels[(channel * LINE_HEIGHT + row) * width + col] = level / 127.5 - 1;
      }
    }
  }
  return { text, pixels };
}

function drawText(
  bench: Bench,
  random: Random,
  text: string,
): { canvas: Canvas; width: number; height: number } {
  const size = random.int(14, 44);
  const font = `${size}px "${random.pick(FONTS)}"`;
  const border = random.int(2, 9);
  const probe = bench.canvas.createCanvas(1, 1).getContext("2d");
  probe.font = font;
  const width = Math.ceil(probe.measureText(text).width) + 2 * border;
  const height = Math.ceil(size * 1.3) + border;
  const canvas = bench.canvas.createCanvas(width, height);
  const context = canvas.getContext("2d");
  const levels = [random.int(200, 255), random.int(0, 80)];
  const [back, front] = random.oneIn(5) ? levels.reverse() : levels;
  context.fillStyle = `rgb(${back},${back},${back})`;
  context.fillRect(0, 0, width, height);
  context.fillStyle = `rgb(${front},${front},${front})`;
  context.font = font;
  context.textBaseline = "middle";
  context.fillText(text, border, height / 2);
  return { canvas, width, height };
}

/** Insertions, deletions and replacements that turn one text into the other. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}

/** The text of rows of scores, one for each position: the greatest of each, repetitions and blanks left out. */
export function decodeText(scores: ArrayLike<number>, labels: readonly string[]): string {
  let [text, previous] = ["", 0];
  for (let start = 0; start < scores.length; start += labels.length) {
    let best = 0;
    for (let i = 1; i < labels.length; i++) if (scores[start + i] > scores[start + best]) best = i;
    if (best !== 0 && best !== previous) text += labels[best];
    previous = best;
  }
  return text;
}
