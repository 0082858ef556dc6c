import { dtypeSize, inputHeader, outputHeader, tensorHeader } from "../src/index";
import type { DType, Header, Hex } from "../src/index";
import type { Imported } from "./import";

/** Integers of a value: real = scale x (integer - zeroPoint). */
interface CardFormat {
  readonly name: string;
  /** Lengths of the axes in the ONNX graph. */
  readonly shape: readonly number[];
  readonly scale: number;
  readonly zeroPoint: number;
}

/** What a user needs to feed a model and to read what it puts out; a JSON file beside it. */
export interface ModelCard {
  readonly modelId: Hex;
  readonly input: {
    readonly tensor: Header;
    /** Bytes of a tensor file. */
    readonly fileBytes: number;
    readonly parts: readonly (CardFormat & {
      /** Type whose range integers are cut off at. */
      readonly dtype: DType;
      /** Axes of `shape` in the order of the elements, the last the fastest. */
      readonly order: readonly number[];
      /** Index of the first element. */
      readonly offset: number;
    })[];
  };
  readonly output: CardFormat & {
    readonly tensor: Header;
    /** What the graph does last and the program does not: nothing that changes an order. */
    readonly leftOut: readonly string[];
  };
  /** Names along the output's last axis, in order. */
  readonly labels?: readonly string[];
}

/** The card of an imported model. */
export function cardOf({ model, inputs, output, report }: Imported, labels?: string[]): ModelCard {
  const header = inputHeader(model.program);
  const { rows, cols, dtype } = header;
  return {
    modelId: report.modelId,
    input: {
      tensor: header,
      fileBytes: tensorHeader(header).length + rows * cols * dtypeSize(dtype),
      parts: inputs.map(({ name, dims, order, affine, offset }) => ({
        name,
        shape: dims,
        order,
        offset,
        ...affine,
      })),
    },
    output: {
      name: output.name,
      shape: output.dims,
      scale: output.affine.scale,
      zeroPoint: output.affine.zeroPoint,
      tensor: outputHeader(model.program),
      leftOut: output.withoutSoftmax ? ["Softmax"] : [],
    },
    ...(labels === undefined ? {} : { labels }),
  };
}
