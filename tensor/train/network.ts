/** Shape of a square convolution without padding over channels-last images. */
export interface Convolution {
  readonly inputSide: number;
  readonly inputChannels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly outputSide: number;
  readonly outputChannels: number;
}

function convolution(
  inputSide: number,
  inputChannels: number,
  kernel: number,
  stride: number,
  outputChannels: number,
): Convolution {
  const outputSide = Math.floor((inputSide - kernel) / stride) + 1;
  return { inputSide, inputChannels, kernel, stride, outputSide, outputChannels };
}

/** Classes told apart. */
export const CLASSES = 10;

/** The digit classifier: two strided convolutions with ReLU, then one fully connected layer. */
export const ARCHITECTURE = {
  conv1: convolution(28, 1, 5, 2, 8),
  conv2: convolution(12, 8, 5, 2, 32),
} as const;

/** Inputs of the fully connected layer. */
export const FEATURES = ARCHITECTURE.conv2.outputSide ** 2 * ARCHITECTURE.conv2.outputChannels;

/** Weights as [output channel, kernel row, kernel column, input channel], and a bias per channel. */
export interface Layer {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** Float parameters of the classifier; the same shape holds gradients and optimiser moments. */
export interface Parameters {
  readonly conv1: Layer;
  readonly conv2: Layer;
  readonly dense: Layer;
}

/** Names of the layers, from input to output. */
export const LAYERS = ["conv1", "conv2", "dense"] as const;

/** Returns how many inputs each output of a layer sums over, and how many outputs there are. */
export function layerSize(name: (typeof LAYERS)[number]): { taps: number; channels: number } {
  if (name === "dense") return { taps: FEATURES, channels: CLASSES };
  const { kernel, inputChannels, outputChannels } = ARCHITECTURE[name];
  return { taps: kernel * kernel * inputChannels, channels: outputChannels };
}

/** Returns parameters that are all zero. */
export function zeroParameters(): Parameters {
  const layer = (name: (typeof LAYERS)[number]): Layer => {
    const { taps, channels } = layerSize(name);
    return { weights: new Float32Array(taps * channels), bias: new Float32Array(channels) };
  };
  return { conv1: layer("conv1"), conv2: layer("conv2"), dense: layer("dense") };
}

/** Values that one image leaves behind for the backward pass. */
interface Activations {
  readonly columns1: Float32Array;
  readonly hidden1: Float32Array;
  readonly columns2: Float32Array;
  readonly hidden2: Float32Array;
  readonly logits: Float32Array;
}

/** Returns, for each element of the column matrix, the index of the input it is read from. */
function columnIndices(shape: Convolution): Int32Array {
  const { inputSide, inputChannels, kernel, stride, outputSide } = shape;
  const run = kernel * inputChannels;
  const indices: number[] = [];
  for (let y = 0; y < outputSide; y++) {
    for (let x = 0; x < outputSide; x++) {
      for (let row = 0; row < kernel; row++) {
        const start = ((y * stride + row) * inputSide + x * stride) * inputChannels;
        for (let k = 0; k < run; k++) indices.push(start + k);
      }
    }
  }
  return Int32Array.from(indices);
}

const COLUMNS = {
  conv1: columnIndices(ARCHITECTURE.conv1),
  conv2: columnIndices(ARCHITECTURE.conv2),
} as const;

function gather(indices: Int32Array, input: Float32Array, columns: Float32Array): void {
  for (let k = 0; k < indices.length; k++) columns[k] = input[indices[k]];
}

function scatter(indices: Int32Array, columns: Float32Array, input: Float32Array): void {
  input.fill(0);
  for (let k = 0; k < indices.length; k++) input[indices[k]] += columns[k];
}

function affine({ weights, bias }: Layer, rows: Float32Array, output: Float32Array): void {
  const channels = bias.length;
  const taps = weights.length / channels;
  for (let index = 0; index < output.length; index++) {
    const channel = index % channels;
    const a = ((index - channel) / channels) * taps;
    const w = channel * taps;
    let sum = bias[channel];
    for (let k = 0; k < taps; k++) sum += rows[a + k] * weights[w + k];
    output[index] = sum;
  }
}

function affineBackward(
  { weights, bias }: Layer,
  rows: Float32Array,
  outputGradient: Float32Array,
  gradient: Layer,
  rowsGradient?: Float32Array,
): void {
  const weightsGradient = gradient.weights;
  const channels = bias.length;
  const taps = weights.length / channels;
  rowsGradient?.fill(0);
  for (let index = 0; index < outputGradient.length; index++) {
    const slope = outputGradient[index];
    if (slope === 0) continue;
    const channel = index % channels;
    const a = ((index - channel) / channels) * taps;
    const w = channel * taps;
    gradient.bias[channel] += slope;
    for (let k = 0; k < taps; k++) weightsGradient[w + k] += slope * rows[a + k];
    if (rowsGradient === undefined) continue;
    for (let k = 0; k < taps; k++) rowsGradient[a + k] += slope * weights[w + k];
  }
}

function rectify(values: Float32Array): void {
  for (let index = 0; index < values.length; index++) {
    if (values[index] < 0) values[index] = 0;
  }
}

function rectifyBackward(values: Float32Array, gradient: Float32Array): void {
  for (let index = 0; index < values.length; index++) {
    if (values[index] === 0) gradient[index] = 0;
  }
}

/** A float network with the buffers that one image at a time needs. */
export class DigitNetwork {
  readonly #values: Activations = activations();
  readonly #gradients: Activations = activations();

  constructor(readonly parameters: Parameters) {}

  /**
   * Runs the network on one image.
   *
   * @param image 28 x 28 intensities in [0, 1], row-major.
   * @returns what each layer puts out; buffers that the next call overwrites.
   */
  forward(image: Float32Array): {
    hidden1: Float32Array;
    hidden2: Float32Array;
    logits: Float32Array;
  } {
    const { conv1, conv2, dense } = this.parameters;
    const values = this.#values;
    gather(COLUMNS.conv1, image, values.columns1);
    affine(conv1, values.columns1, values.hidden1);
    rectify(values.hidden1);
    gather(COLUMNS.conv2, values.hidden1, values.columns2);
    affine(conv2, values.columns2, values.hidden2);
    rectify(values.hidden2);
    affine(dense, values.hidden2, values.logits);
    return values;
  }

  /**
   * Adds the gradient of the cross-entropy of the image last run to `gradient`.
   *
   * @param label the true class.
   * @param weight factor on the gradient, such as one over the batch size.
   * @returns the cross-entropy, in nats.
   */
  backward(label: number, weight: number, gradient: Parameters): number {
    const { conv2, dense, conv1 } = this.parameters;
    const values = this.#values;
    const slopes = this.#gradients;
    const loss = crossEntropyBackward(values.logits, label, weight, slopes.logits);
    affineBackward(dense, values.hidden2, slopes.logits, gradient.dense, slopes.hidden2);
    rectifyBackward(values.hidden2, slopes.hidden2);
    affineBackward(conv2, values.columns2, slopes.hidden2, gradient.conv2, slopes.columns2);
    scatter(COLUMNS.conv2, slopes.columns2, slopes.hidden1);
    rectifyBackward(values.hidden1, slopes.hidden1);
    affineBackward(conv1, values.columns1, slopes.hidden1, gradient.conv1);
    return loss;
  }
}

function activations(): Activations {
  const hidden = ({ outputSide, outputChannels }: Convolution) => outputSide ** 2 * outputChannels;
  return {
    columns1: new Float32Array(COLUMNS.conv1.length),
    hidden1: new Float32Array(hidden(ARCHITECTURE.conv1)),
    columns2: new Float32Array(COLUMNS.conv2.length),
    hidden2: new Float32Array(hidden(ARCHITECTURE.conv2)),
    logits: new Float32Array(CLASSES),
  };
}

/** Returns the cross-entropy of the softmax of `logits`, and writes its weighted gradient. */
function crossEntropyBackward(
  logits: Float32Array,
  label: number,
  weight: number,
  gradient: Float32Array,
): number {
  const largest = Math.max(...logits);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  for (let c = 0; c < CLASSES; c++) {
    const probability = Math.exp(logits[c] - largest) / sum;
    gradient[c] = weight * (c === label ? probability - 1 : probability);
  }
  return Math.log(sum) - (logits[label] - largest);
}

/** Returns the index of the first largest value. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) {
    if (values[index] > values[best]) best = index;
  }
  return best;
}
