import type { ParamType, Result } from "ethers";

/** Named fields of what ethers decoded, nested ones too; fields without a name go by position. */
export function namedFields(types: readonly ParamType[], values: Result): Record<string, unknown> {
  return Object.fromEntries(
    types.map((type, i) => [type.name === "" ? String(i) : type.name, plain(type, values[i])]),
  );
}

function plain(type: ParamType, value: unknown): unknown {
  if (type.isTuple()) return namedFields(type.components, value as Result);
  if (type.isArray()) return [...(value as Result)].map((item) => plain(type.arrayChildren, item));
  return value;
}

/** A struct that ethers decoded, without its positions; its fields are values and structs. */
export function plainStruct<Struct extends object>(result: Struct): Struct {
  return (result as unknown as Result).toObject(true) as Struct;
}
