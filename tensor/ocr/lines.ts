import { GlobalFonts, createCanvas } from "@napi-rs/canvas";
import { seededRandom } from "../train/random";
import type { Canvas } from "@napi-rs/canvas";
import type { Random } from "../train/random";

/** Height of the pictures that the models take, in pixels. */
export const LINE_HEIGHT = 48;

/** A line of text, and its picture as the models take it: channels first, from -1 to 1. */
export interface TextLine {
  readonly text: string;
  readonly pixels: Float32Array;
}

const WORDS = [
  ..."the quick brown fox jumps over a lazy dog".split(" "),
  ..."Invoice Total Amount Date Number Street City Order Price Tax Account Bank Receipt".split(" "),
  ..."Customer Payment Due Balance Name Phone Email Address Service Product Item Unit".split(" "),
];

const FONTS = ["roboto", "open-sans", "lora", "roboto-mono"];

for (const font of FONTS) {
  const file = `@fontsource/${font}/files/${font}-latin-400-normal.woff2`;
  GlobalFonts.registerFromPath(require.resolve(file), font);
}

/**
 * `count` random lines from `seed` on, `width` pixels wide, in several fonts and sizes, dark on light or light on
 * dark; of those that are `turned`, every other one is upside down. Equal seeds give equal lines.
 */
export function renderLines(count: number, width: number, seed = 0, turned = false): TextLine[] {
  return Array.from({ length: count }, (_, i) =>
    renderLine(seededRandom(seed + i), width, turned && i % 2 === 1),
  );
}

/**
 * `count` random pages of two lines, one below the other, from `seed` on. Equal seeds give equal pages.
 */
export function renderPages(count: number, width: number, seed = 0): TextLine[] {
  return Array.from({ length: count }, (_, i) => {
    const [upper, lower] = renderLines(2, width, seed + 2 * i);
    const pixels = new Float32Array(2 * upper.pixels.length);
    const plane = LINE_HEIGHT * width;
    for (let channel = 0; channel < 3; channel++) {
      const part = (line: TextLine) => line.pixels.subarray(channel * plane, (channel + 1) * plane);
      pixels.set(part(upper), 2 * channel * plane);
      pixels.set(part(lower), (2 * channel + 1) * plane);
    }
    return { text: `${upper.text} ${lower.text}`, pixels };
  });
}

/** A line scaled to the height of the models; the rest of `width` is grey. */
function renderLine(random: Random, width: number, upsideDown: boolean): TextLine {
  const text = randomText(random);
  const drawn = drawText(random, text);
  const scaled = Math.min(width, Math.ceil((LINE_HEIGHT * drawn.width) / drawn.height));
  const context = createCanvas(scaled, LINE_HEIGHT).getContext("2d");
  if (upsideDown) {
    context.translate(scaled, LINE_HEIGHT);
    context.rotate(Math.PI);
  }
  context.drawImage(drawn, 0, 0, scaled, LINE_HEIGHT);
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

/** The pictures of lines of one width below each other, as PNG. */
export function drawSheet(lines: readonly TextLine[]): Buffer {
  const plane = lines[0].pixels.length / 3;
  const width = plane / LINE_HEIGHT;
  const canvas = createCanvas(width, LINE_HEIGHT * lines.length);
  const context = canvas.getContext("2d");
  lines.forEach(({ pixels }, line) => {
    const image = context.createImageData(width, LINE_HEIGHT);
    for (let at = 0; at < plane; at++) {
      const levels = [0, 1, 2].map((channel) => (pixels[channel * plane + at] + 1) * 127.5);
      image.data.set([...levels, 255], 4 * at);
    }
    context.putImageData(image, 0, line * LINE_HEIGHT);
  });
  return canvas.toBuffer("image/png");
}

function drawText(random: Random, text: string): Canvas {
  const size = between(random, 14, 44);
  const font = `${size}px "${pick(random, FONTS)}"`;
  const border = between(random, 2, 9);
  const probe = createCanvas(1, 1).getContext("2d");
  probe.font = font;
  const width = Math.ceil(probe.measureText(text).width) + 2 * border;
  const height = Math.ceil(size * 1.3) + border;
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  const levels = [between(random, 200, 255), between(random, 0, 80)];
  const [back, front] = random() < 0.2 ? levels.reverse() : levels;
  context.fillStyle = `rgb(${back},${back},${back})`;
  context.fillRect(0, 0, width, height);
  context.fillStyle = `rgb(${front},${front},${front})`;
  context.font = font;
  context.textBaseline = "middle";
  context.fillText(text, border, height / 2);
  return canvas;
}

function randomText(random: Random): string {
  const word = (): string => {
    const kind = random();
    if (kind < 0.6) return pick(random, WORDS);
    const number = between(random, 0, 99_999);
    return kind < 0.8 ? String(number) : `$${(number / 100).toFixed(2)}`;
  };
  return Array.from({ length: between(random, 1, 3) }, word).join(" ");
}

/** A whole number from `least` to `most`, both included. */
function between(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

function pick<Choice>(random: Random, choices: readonly Choice[]): Choice {
  return choices[between(random, 0, choices.length - 1)];
}
