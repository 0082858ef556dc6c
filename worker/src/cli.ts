import { Command, InvalidArgumentError } from "commander";
import type { CommandOptions } from "commander";
import { ConfigError, loadConfig, loadWatchConfig } from "./config/load";
import type { ConfigFlags } from "./config/load";
import { WorkerError, errorMessage } from "./errors";
import { createKeystore, readPassword } from "./keystore";
import { runUntilSignal, walletOf } from "./untilSignal";
import { runWatch } from "./watch/watch";
import { runWorker } from "./worker";

interface ConfigOptions {
  readonly config: string;
}

interface KeystoreFlags {
  readonly out: string;
  readonly passwordFile?: string;
}

const program = new Command("worker")
  .description("Takes bids, runs them, delivers, is paid, and sees that others tell the truth.")
  .showHelpAfterError();

service("run", "take bids, run them, deliver, defend what was delivered", {
  isDefault: true,
}).action(({ config, ...flags }) => work(config, flags, true));

service("defend", "bring the jobs taken to their ends, and take no new ones").action(
  ({ config, ...flags }) => work(config, flags, false),
);

service("watch", "run others' jobs again, and challenge what is false").action(
  async ({ config: file, ...flags }) => {
    const config = loadWatchConfig(file, flags);
    await runUntilSignal(config, config.watch, (parts) => runWatch({ ...parts, config }));
  },
);

program
  .command("check")
  .description("validate a configuration and open its keystore")
  .requiredOption("-c, --config <file>", "configuration, a JSON file")
  .option("--watch", "that of a watcher")
  .action(async ({ config: file, watch }: ConfigOptions & { readonly watch?: boolean }) => {
    const key = watch === true ? loadWatchConfig(file).watch : loadConfig(file);
    const { address } = await walletOf(key);
    process.stdout.write(`${file} is valid; its account is ${address}\n`);
  });

program
  .command("keystore")
  .description("make a new key and write it encrypted")
  .requiredOption("-o, --out <file>", "keystore to write; it must not exist")
  .option("--password-file <file>", "file with the password")
  .action(async ({ out, passwordFile }: KeystoreFlags) => {
    const address = createKeystore(out, await readPassword(passwordFile));
    process.stdout.write(`${address}\n`);
  });

interface Service {
  action(act: (flags: ConfigOptions & ConfigFlags) => Promise<void>): Command;
}

/** A command that runs until it gets a signal. */
function service(name: string, description: string, options?: CommandOptions): Service {
  return program
    .command(name, options)
    .description(description)
    .requiredOption("-c, --config <file>", "configuration, a JSON file")
    .option("--rpc-url <url>", "node to use, instead of rpcUrl")
    .option("--keystore <file>", "encrypted key, instead of keystore")
    .option("--password-file <file>", "file with its password, instead of passwordFile")
    .option("--data-dir <directory>", "journal and blobs, instead of dataDir")
    .option("--confirmations <blocks>", "instead of confirmations", whole)
    .option("--http-port <port>", "instead of http.port", whole)
    .option("--log-level <level>", "instead of logLevel");
}

async function work(file: string, flags: ConfigFlags, takesBids: boolean): Promise<void> {
  const config = loadConfig(file, flags);
  await runUntilSignal(config, config, (parts) => runWorker({ ...parts, config, takesBids }));
}

function whole(value: string): number {
  if (/^\d+$/.test(value)) return Number(value);
  throw new InvalidArgumentError("write a whole number.");
}

program.parseAsync().catch((error: unknown) => {
  const advice = error instanceof ConfigError ? "" : " (worker stopped)";
  const code = error instanceof WorkerError ? `${error.code}: ` : "";
  process.stderr.write(`${code}${errorMessage(error)}${advice}\n`);
  process.exitCode = 1;
});
