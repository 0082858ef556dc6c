/** Characters that move the cursor, change colours or turn the direction of writing. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A line without what a terminal would obey: names on the chain and messages of hosts are anybody's. */
export function printable(line: string): string {
  return line.replace(CONTROL, "?");
}
