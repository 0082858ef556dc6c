import type { Digit } from "./dataset";
import { SIDE } from "./dataset";
import type { Layer, Parameters } from "./network";
import { DigitNetwork, LAYERS, layerSize, zeroParameters } from "./network";
import type { Random } from "./random";
import { normal, seededRandom, shuffle } from "./random";

/** Everything that decides the outcome of a training run. */
export interface Recipe {
  readonly seed: number;
  readonly epochs: number;
  readonly batch: number;
  /** Highest step size of Adam; it falls to zero along a half cosine. */
  readonly rate: number;
  /** Largest shift of an image, in pixels, and largest entry of its linear distortion. */
  readonly shift: number;
  readonly distortion: number;
}

/** The recipe of the committed model. */
export const RECIPE: Recipe = {
  seed: 7,
  epochs: 40,
  batch: 32,
  rate: 0.004,
  shift: 1.5,
  distortion: 0.15,
};

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** Returns the intensities of an image in [0, 1]. */
export function intensities({ pixels }: Digit): Float32Array {
  return Float32Array.from(pixels, (level) => level / 255);
}

/** He initialisation: weights of variance 2 / taps, biases zero. */
function initialParameters(random: Random): Parameters {
  const parameters = zeroParameters();
  for (const name of LAYERS) {
    const deviation = Math.sqrt(2 / layerSize(name).taps);
    const { weights } = parameters[name];
    for (let k = 0; k < weights.length; k++) weights[k] = deviation * normal(random);
  }
  return parameters;
}

/** Writes `source` under a random affine map near the identity, sampled bilinearly, to `target`. */
function augment(source: Float32Array, target: Float32Array, recipe: Recipe, random: Random): void {
  const draw = (bound: number) => bound * (2 * random() - 1);
  const xx = 1 + draw(recipe.distortion);
  const xy = draw(recipe.distortion);
  const yx = draw(recipe.distortion);
  const yy = 1 + draw(recipe.distortion);
  const centre = (SIDE - 1) / 2;
  const dx = centre + draw(recipe.shift);
  const dy = centre + draw(recipe.shift);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const u = dx + xx * (x - centre) + xy * (y - centre);
      const v = dy + yx * (x - centre) + yy * (y - centre);
      target[y * SIDE + x] = sample(source, u, v);
    }
  }
}

function sample(image: Float32Array, u: number, v: number): number {
  const x = Math.floor(u);
  const y = Math.floor(v);
  if (x < 0 || y < 0 || x >= SIDE - 1 || y >= SIDE - 1) return 0;
  const at = y * SIDE + x;
  const upper = image[at] + (u - x) * (image[at + 1] - image[at]);
  const lower = image[at + SIDE] + (u - x) * (image[at + SIDE + 1] - image[at + SIDE]);
  return upper + (v - y) * (lower - upper);
}

function adam(
  parameters: Parameters,
  gradient: Parameters,
  moments: { first: Parameters; second: Parameters },
  rate: number,
  step: number,
): void {
  const scale = (rate * Math.sqrt(1 - BETA2 ** step)) / (1 - BETA1 ** step);
  for (const name of LAYERS) {
    for (const part of ["weights", "bias"] satisfies (keyof Layer)[]) {
      const values = parameters[name][part];
      const slopes = gradient[name][part];
      const first = moments.first[name][part];
      const second = moments.second[name][part];
      for (let k = 0; k < values.length; k++) {
        first[k] += (1 - BETA1) * (slopes[k] - first[k]);
        second[k] += (1 - BETA2) * (slopes[k] * slopes[k] - second[k]);
        values[k] -= (scale * first[k]) / (Math.sqrt(second[k]) + EPSILON);
      }
      slopes.fill(0);
    }
  }
}

/**
 * Trains the classifier with Adam on cross-entropy. The same digits and recipe give the same
 * parameters, bit by bit, on the same JavaScript engine.
 *
 * @param report called after every epoch with the mean cross-entropy over it, in nats.
 */
export function train(
  digits: readonly Digit[],
  recipe: Recipe,
  report: (epoch: number, loss: number) => void = () => undefined,
): Parameters {
  const random = seededRandom(recipe.seed);
  const network = new DigitNetwork(initialParameters(random));
  const gradient = zeroParameters();
  const moments = { first: zeroParameters(), second: zeroParameters() };
  const samples = digits.map((digit) => ({ image: intensities(digit), label: digit.label }));
  const distorted = new Float32Array(SIDE * SIDE);
  const stepsPerEpoch = Math.ceil(samples.length / recipe.batch);
  let step = 0;

  for (let epoch = 1; epoch <= recipe.epochs; epoch++) {
    shuffle(samples, random);
    let loss = 0;
    for (let start = 0; start < samples.length; start += recipe.batch) {
      const batch = samples.slice(start, start + recipe.batch);
      for (const { image, label } of batch) {
        augment(image, distorted, recipe, random);
        network.forward(distorted);
        loss += network.backward(label, 1 / batch.length, gradient);
      }
      const progress = step++ / (stepsPerEpoch * recipe.epochs);
      const rate = (recipe.rate * (1 + Math.cos(Math.PI * progress))) / 2;
      adam(network.parameters, gradient, moments, rate, step);
    }
    report(epoch, loss / samples.length);
  }
  return network.parameters;
}
