// Runs commands one after the other, so that what they share is loaded once.
import "../../sdk/src/index";
import "../../scripts/shared/cli";

import type { Ending } from "./support";

/** A command: its file, and its arguments. */
export interface Call {
  readonly file: string;
  readonly args: readonly string[];
}

/** Does `act` and gives what was written meanwhile. */
async function captured(act: () => Promise<void>): Promise<Pick<Ending, "stdout" | "stderr">> {
  const written = { stdout: "", stderr: "" };
  const streams = ["stdout", "stderr"] as const;
  const writers = streams.map((name) => process[name].write);
  for (const name of streams) {
    process[name].write = (chunk: string | Uint8Array): boolean => {
      written[name] += Buffer.from(chunk as string).toString("utf8");
      return true;
    };
  }
  try {
    await act();
  } finally {
    streams.forEach((name, i) => (process[name].write = writers[i]));
  }
  return written;
}

// The parent ends it.
process.on("disconnect", () => process.exit());

process.on("message", ({ file, args }: Call) => {
  process.argv = [process.execPath, file, ...args];
  process.exitCode = 0;
  const run = async (): Promise<void> => {
    delete require.cache[require.resolve(file)];
    await ((await import(file)) as { readonly ended: Promise<void> }).ended;
  };
  void captured(run).then((written) => {
    const code = Number(process.exitCode);
    process.exitCode = 0;
    process.send?.({ code, ...written } satisfies Ending);
  });
});
