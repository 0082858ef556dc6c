import type { Parameters } from "./network";
import { LAYERS, zeroParameters } from "./network";

const FLOAT_BYTES = 4;

/** Writes parameters as little-endian floats: of each layer the weights, then the biases. */
export function encodeParameters(parameters: Parameters): Uint8Array {
  const values = LAYERS.flatMap((name) => [...parameters[name].weights, ...parameters[name].bias]);
  const view = new DataView(new ArrayBuffer(values.length * FLOAT_BYTES));
  values.forEach((value, index) => view.setFloat32(index * FLOAT_BYTES, value, true));
  return new Uint8Array(view.buffer);
}

/** Reads what `encodeParameters` writes. Throws `RangeError` if the length is another. */
export function decodeParameters(bytes: Uint8Array): Parameters {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parameters = zeroParameters();
  let at = 0;
  const read = (values: Float32Array) => {
    for (let k = 0; k < values.length; k++, at += FLOAT_BYTES)
      values[k] = view.getFloat32(at, true);
  };
  for (const name of LAYERS) {
    read(parameters[name].weights);
    read(parameters[name].bias);
  }
  if (at !== bytes.length) throw new RangeError(`${bytes.length} bytes, not ${at}`);
  return parameters;
}
