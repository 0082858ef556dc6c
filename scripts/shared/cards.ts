import { z } from "zod";

import { ScriptError } from "./errors";
import { encodeTensors, readBytes, readInputs, readJson } from "./files";
import { readSamples } from "./samples";
import { sameHex } from "../../sdk/src/index";
import { decodeOutput, encodeInputs, encodeNpy } from "../../tensor/onnx/index";
import { DTYPES, elementCount, inputHeader, modelId, outputHeader } from "../../tensor/src/index";
import type { PackedInput } from "../../tensor/onnx/index";
import type { Hex, Model, Tensor } from "../../tensor/src/index";

const format = z.object({
  name: z.string(),
  shape: z.array(z.int().positive()),
  scale: z.number().positive(),
  zeroPoint: z.int(),
});

const part = format.extend({
  dtype: z.enum(DTYPES),
  order: z.array(z.int()),
  offset: z.int().nonnegative(),
});

const cardSchema = z.object({
  modelId: z.templateLiteral(["0x", z.string()]),
  input: z.object({ parts: z.array(part).min(1) }),
  output: format,
});

type Card = z.output<typeof cardSchema>;
type Part = Card["input"]["parts"][number];

/** Inputs of units, and how their outputs are written. */
export interface Units {
  readonly inputs: readonly Tensor[];
  encodeOutputs(outputs: readonly Tensor[]): Uint8Array;
}

/**
 * What a model is to run on: tensor files one after the other, as which the outputs are written too; or with the card that
 * `import` made, samples in a folder, whose outputs become one NumPy array of real numbers, a unit along its first axis. Throws
 * `ScriptError` FILE for what is not of this model, and like `readSamples`.
 *
 * @param place the file, or with a card the folder.
 */
export async function readUnits(place: string, model: Model, cardFile?: string): Promise<Units> {
  if (cardFile === undefined) {
    return { inputs: readInputs(await readBytes(place), model), encodeOutputs: encodeTensors };
  }
  const { input, output } = await readCard(cardFile, model);
  const packed = input.parts.map(packedInput);
  const samples = await readSamples(place, packed);
  return {
    inputs: samples.map((sample) => encodeInputs(model, packed, sample)),
    encodeOutputs: (outputs) => encodeReals(outputs, output),
  };
}

async function readCard(file: string, { program }: Model): Promise<Card> {
  const card = cardSchema.safeParse(await readJson(file));
  if (!card.success) {
    const fields = card.error.issues.map(({ path }) => path.join(".")).join(", ");
    const message = `${file} is no card that import makes: ${fields} missing or wrong`;
    throw new ScriptError("FILE", message);
  }
  const { input, output, modelId: id } = card.data;
  const most = elementCount(inputHeader(program));
  const fits =
    sameHex(id as Hex, modelId(program)) &&
    input.parts.every((part) => isOrdered(part) && part.offset + sizeOf(part) <= most) &&
    sizeOf(output) === elementCount(outputHeader(program));
  if (fits) return card.data;
  const message = `${file} is the card of another model, ${id}: give the one that was made with this`;
  throw new ScriptError("FILE", message);
}

function isOrdered({ order, shape }: Part): boolean {
  return order.length === shape.length && shape.every((_, axis) => order.includes(axis));
}

function sizeOf({ shape }: Pick<Part, "shape">): number {
  return shape.reduce((size, length) => size * length, 1);
}

function packedInput({ name, shape, order, offset, ...affine }: Part): PackedInput {
  return { name, dims: shape, order, offset, affine };
}

function encodeReals(
  outputs: readonly Tensor[],
  { shape, ...scaling }: Card["output"],
): Uint8Array {
  const reals = outputs.flatMap((output) => [
    ...decodeOutput(output, { dtype: output.dtype, ...scaling }),
  ]);
  return encodeNpy([outputs.length, ...shape], Float64Array.from(reals));
}
