const TAG = "$bigint";

/** JSON in which a bigint is written as `{"$bigint": "123"}`. */
export function stringify(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "bigint" ? { [TAG]: item.toString() } : item,
  );
}

/** Reads what `stringify` wrote. Throws `SyntaxError` if `text` is not JSON. */
export function parse(text: string): unknown {
  return JSON.parse(text, (_key, item: unknown) => (isTagged(item) ? BigInt(item[TAG]) : item));
}

function isTagged(item: unknown): item is Record<typeof TAG, string> {
  return typeof item === "object" && item !== null && TAG in item;
}
