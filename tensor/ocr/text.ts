/** The text of rows of scores, one for each position: the greatest of each, repetitions and blanks left out. */
export function decodeText(scores: ArrayLike<number>, labels: readonly string[]): string {
  let [text, previous] = ["", 0];
  for (let start = 0; start < scores.length; start += labels.length) {
    let best = 0;
    for (let i = 1; i < labels.length; i++) if (scores[start + i] > scores[start + best]) best = i;
    if (best !== 0 && best !== previous) text += labels[best];
    previous = best;
  }
  return text;
}

/** Insertions, deletions and replacements that turn one text into the other. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
