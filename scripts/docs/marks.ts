import { readFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";

/**
 * A page with `parts` between its marks of their names, formatted; as it is committed, if nothing changed.
 *
 * @param page the file. Throws `RangeError` if it has no such marks.
 */
export async function fillMarks(
  page: string,
  parts: Readonly<Record<string, string>>,
): Promise<string> {
  let text = readFileSync(page, "utf8");
  for (const [name, part] of Object.entries(parts)) {
    const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
    const [head, rest = ""] = text.split(begin);
    const [, tail] = rest.split(end);
    if (tail === undefined) throw new RangeError(`${page} has no ${begin} … ${end}`);
    text = `${head}${begin}\n\n${part}\n\n${end}${tail}`;
  }
  return format(text, { ...(await resolveConfig(page)), parser: "markdown" });
}
