import { Reader } from "protobufjs";
import { OnnxError, demand } from "../errors";
import { LIMITS } from "./limits";
import { MODEL } from "./schema";
import type { Field, Type } from "protobufjs";
import type { ModelMessage } from "./schema";

const [VARINT, FIXED64, LENGTH, FIXED32] = [0, 1, 2, 5];

/** Bytes of an element of a packed list; one is the least that a number of variable length takes. */
const PACKED_BYTES: Readonly<Record<string, number>> = { float: 4, double: 8 };

/**
 * Decodes a model after one pass over its bytes that counts what decoding will make of them. Throws
 * `OnnxError` PROTOBUF (no protobuf, or cut off) or LIMIT (too many bytes or fields).
 */
export function decodeModelMessage(bytes: Uint8Array): ModelMessage {
  const { fileBytes } = LIMITS;
  demand(bytes.length <= fileBytes, "LIMIT", `a file has at most ${fileBytes} bytes`);
  try {
    const reader = Reader.create(bytes);
    countMessage(reader, MODEL, bytes.length, { fields: LIMITS.fields });
    return MODEL.decode(bytes) as unknown as ModelMessage;
  } catch (cause) {
    if (cause instanceof OnnxError) throw cause;
    throw new OnnxError("PROTOBUF", "the file is no whole ONNX model", undefined, { cause });
  }
}

interface Budget {
  fields: number;
}

function spend(budget: Budget, fields: number): void {
  budget.fields -= fields;
  demand(budget.fields >= 0, "LIMIT", `a model has at most ${LIMITS.fields} fields`);
}

/** No message of the schema holds itself, so this ends after six levels. */
function countMessage(reader: Reader, type: Type, end: number, left: Budget): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    const field = type.fieldsById[tag >>> 3] as Field | undefined;
    spend(left, 1);
    switch (tag & 7) {
      case VARINT:
        reader.skip();
        break;
      case FIXED64:
        reader.skip(8);
        break;
      case FIXED32:
        reader.skip(4);
        break;
      case LENGTH:
        countLength(reader, field, left);
        break;
      default:
        throw new OnnxError("PROTOBUF", "the file has groups, which ONNX has not");
    }
  }
  demand(reader.pos === end, "PROTOBUF", "a message ends after the one that holds it");
}

function countLength(reader: Reader, field: Field | undefined, left: Budget): void {
  const length = reader.uint32();
  const end = reader.pos + length;
  demand(end <= reader.len, "PROTOBUF", "the file ends inside of a field");
  const message = field?.resolvedType as Type | null | undefined;
  if (message) return countMessage(reader, message, end, left);
  if (field?.repeated === true && field.type !== "string" && field.type !== "bytes") {
    // Numbers of fixed length take no more memory than twice their bytes.
    spend(left, field.type in PACKED_BYTES ? 1 : length);
  }
  reader.skip(length);
}
