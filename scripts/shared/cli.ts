import { Command, CommanderError } from "commander";
import type { Option } from "commander";

import { messageOf } from "./errors";
import { printError } from "./output";

/** How a script ends: well, refused, wrongly called, or refused for now. */
export const EXIT = { OK: 0, FAILED: 1, USAGE: 2, RETRY: 3 } as const;

/** A command that reports wrong usage instead of ending the process. */
export function createCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .exitOverride()
    .configureHelp({ optionDescription: describeOption })
    .showHelpAfterError("(add --help for the options)");
}

/** An option's line of help. Commander cannot write defaults that are bigints. */
function describeOption({ description, defaultValue }: Option): string {
  return defaultValue === undefined ? description : `${description} (default: ${defaultValue})`;
}

/**
 * Runs a command on the arguments of the process and sets the exit code: 0 if it did what was asked,
 * 1 if not, 2 for wrong usage, 3 if the same command may work later.
 */
export async function runCommand(command: Command, argv = process.argv): Promise<void> {
  try {
    await command.parseAsync(argv);
  } catch (error) {
    process.exitCode = report(error, argv.includes("--json"));
  }
}

function report(error: unknown, json: boolean): number {
  // commander has told the user already
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.OK : EXIT.USAGE;
  const { code, retryable } = error as { readonly code?: unknown; readonly retryable?: unknown };
  const name = typeof code === "string" ? code : "UNEXPECTED";
  printError({ code: name, message: messageOf(error), retryable: retryable === true }, json);
  if (code === undefined && error instanceof Error && !json) console.error(error.stack);
  return retryable === true ? EXIT.RETRY : EXIT.FAILED;
}
