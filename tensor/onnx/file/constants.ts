import { OnnxError, demand } from "../errors";
import { allocateElements, sizeOf } from "../graph/tensor";
import { LIMITS } from "./limits";
import { ELEMENT_TYPES, toNumber } from "./schema";
import type { Elements, FloatTensor, Kind } from "../graph/tensor";
import type { Integer, TensorMessage } from "./schema";

/**
 * Bytes of a file that lies beside the model, by its relative path: `length` of them from `offset` on, or
 * fewer where it ends. It may throw; `OnnxError` then carries what it threw.
 */
export type LoadExternal = (location: string, offset: number, length: number) => Uint8Array;

/** Bytes of an element in memory. */
const HELD_BYTES: Readonly<Record<Kind, number>> = { real: 4, whole: 8 };

interface ElementType {
  readonly kind: Kind;
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}

const TYPES = new Map<number, ElementType>([
  [
    ELEMENT_TYPES.float32,
    { kind: "real", bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  ],
  [ELEMENT_TYPES.uint8, { kind: "whole", bytes: 1, read: (view, at) => view.getUint8(at) }],
  [ELEMENT_TYPES.int8, { kind: "whole", bytes: 1, read: (view, at) => view.getInt8(at) }],
  [ELEMENT_TYPES.uint16, { kind: "whole", bytes: 2, read: (view, at) => view.getUint16(at, true) }],
  [ELEMENT_TYPES.int16, { kind: "whole", bytes: 2, read: (view, at) => view.getInt16(at, true) }],
  [ELEMENT_TYPES.int32, { kind: "whole", bytes: 4, read: (view, at) => view.getInt32(at, true) }],
  [
    ELEMENT_TYPES.int64,
    { kind: "whole", bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  ],
  [ELEMENT_TYPES.bool, { kind: "whole", bytes: 1, read: (view, at) => view.getUint8(at) }],
  [
    ELEMENT_TYPES.float16,
    { kind: "real", bytes: 2, read: (view, at) => halfToNumber(view.getUint16(at, true)) },
  ],
  [
    ELEMENT_TYPES.float64,
    { kind: "real", bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  ],
]);

/** Whether elements of this ONNX type are real or whole. Throws `OnnxError` TYPE for any other. */
export function kindOf(dataType: number, name: string): Kind {
  return typeOf(dataType, name).kind;
}

function typeOf(dataType: number, name: string): ElementType {
  const type = TYPES.get(dataType);
  if (type === undefined) {
    throw new OnnxError(
      "TYPE",
      `"${name}" has elements of type ${dataType}, which is not supported`,
    );
  }
  return type;
}

/**
 * Checks the axes of a tensor. Throws `OnnxError` DIMENSION (not a whole number from 0 to 2^31 - 1, or
 * too many axes) or LIMIT (too many elements).
 */
export function checkDims(dims: readonly number[], name: string): void {
  demand(dims.length <= LIMITS.rank, "DIMENSION", `"${name}" has ${dims.length} axes`);
  for (const dim of dims) {
    const valid = Number.isInteger(dim) && dim >= 0 && dim < 2 ** 31;
    demand(valid, "DIMENSION", `"${name}" has an axis of length ${dim}`);
  }
  const size = sizeOf(dims);
  demand(size <= LIMITS.elements, "LIMIT", `"${name}" has ${size} elements`);
}

/** Reads the constants of one file. */
export class ConstantReader {
  private bytesLeft: number = LIMITS.constantBytes;

  constructor(private readonly load?: LoadExternal) {}

  /**
   * The elements of a constant. Throws `OnnxError` DIMENSION, LIMIT (too many, those read before
   * included), TYPE, EXTERNAL_DATA, or PROTOBUF if the file has more or fewer elements than the shape
   * says.
   */
  read(message: TensorMessage): FloatTensor {
    const { name } = message;
    const dims = message.dims.map(toNumber);
    checkDims(dims, name);
    const type = typeOf(message.dataType, name);
    const size = sizeOf(dims);
    this.bytesLeft -= size * HELD_BYTES[type.kind];
    demand(this.bytesLeft >= 0, "LIMIT", `constants take more than ${LIMITS.constantBytes} bytes`);
    const external = message.dataLocation !== 0;
    const raw = external ? loadExternal(message, size * type.bytes, this.load) : message.rawData;
    const data =
      external || raw.length > 0
        ? readRaw(raw, type, size, name)
        : readList(listOf(message), message.dataType, type.kind, size, name);
    return { kind: type.kind, dims, data };
  }
}

function listOf(message: TensorMessage): readonly Integer[] {
  switch (message.dataType) {
    case ELEMENT_TYPES.float32:
      return message.floatData;
    case ELEMENT_TYPES.float64:
      return message.doubleData;
    case ELEMENT_TYPES.int64:
      return message.int64Data;
    default:
      return message.int32Data;
  }
}

function readList(
  list: readonly Integer[],
  dataType: number,
  kind: Kind,
  size: number,
  name: string,
): Elements {
  demand(list.length === size, "PROTOBUF", `"${name}" has ${list.length} elements, not ${size}`);
  const half = dataType === ELEMENT_TYPES.float16;
  const data = allocateElements(kind, size);
  for (let i = 0; i < size; i++)
    data[i] = half ? halfToNumber(toNumber(list[i])) : toNumber(list[i]);
  return data;
}

function readRaw(raw: Uint8Array, type: ElementType, size: number, name: string): Elements {
  const bytes = size * type.bytes;
  demand(raw.length === bytes, "PROTOBUF", `"${name}" has ${raw.length} bytes, not ${bytes}`);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const data = allocateElements(type.kind, size);
  for (let i = 0; i < size; i++) data[i] = type.read(view, i * type.bytes);
  return data;
}

function loadExternal(message: TensorMessage, bytes: number, load?: LoadExternal): Uint8Array {
  const { name } = message;
  const entries = new Map(message.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get("location") ?? "";
  const steps = location.split("/");
  const beside =
    !/[\\:\0]/.test(location) && steps.every((step) => !["", ".", ".."].includes(step));
  demand(beside, "EXTERNAL_DATA", `"${name}" lies at "${location}", which is not beside the model`);
  if (load === undefined) {
    throw new OnnxError("EXTERNAL_DATA", `"${name}" lies in another file, "${location}"`);
  }
  const offset = Number(entries.get("offset") ?? 0);
  const length = Number(entries.get("length") ?? bytes);
  const whole = Number.isSafeInteger(offset) && offset >= 0 && length === bytes;
  demand(whole, "EXTERNAL_DATA", `"${name}" has offset ${offset} and length ${length}`);
  const data = readExternal(name, () => load(location, offset, length), location);
  demand(data.length === length, "EXTERNAL_DATA", `"${location}" ends before "${name}" does`);
  return data;
}

function readExternal(name: string, read: () => Uint8Array, location: string): Uint8Array {
  try {
    return read();
  } catch (cause) {
    const message = `"${location}" with "${name}" cannot be read`;
    throw new OnnxError("EXTERNAL_DATA", message, undefined, { cause });
  }
}

/** The number that 16 bits of IEEE 754 stand for. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
