import { Command, InvalidArgumentError } from "commander";
import type { CommandOptions } from "commander";
import { ConfigError, loadConfig, loadHostConfig, loadWatchConfig } from "./config/load";
import type { ConfigFlags } from "./config/load";
import { WorkerError, errorMessage } from "./errors";
import { DatasetError } from "./host/errors";
import { addFiles, prepareRotation, runHost } from "./host/host";
import type { EditParameters } from "./host/host";
import { createKeystore, readPassword } from "./keystore";
import { createLogger } from "./log";
import { printable } from "./printable";
import { runUntilSignal, walletOf } from "./untilSignal";
import type { KeyConfig } from "./untilSignal";
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

const host = service("host", "grant licences to a dataset, and serve its files to their holders");

host.action(async ({ config: file, ...flags }) => {
  const config = loadHostConfig(file, flags);
  await runUntilSignal(config, config, (parts) => runHost({ ...parts, config }));
});

host
  .command("add")
  .description("encrypt the files of a folder, to be served by a host")
  .argument("<folder>", "the files, in no folders of their own")
  .action(async (folder: string, _options: unknown, command: Command) => {
    const { files, keyEpoch } = await addFiles(await editParameters(command), folder);
    process.stdout.write(`key epoch ${keyEpoch} has ${files.length} files\n`);
  });

host
  .command("rotate")
  .description("make a new key and encrypt all files for it; a running host tells the chain")
  .action(async (_options: unknown, command: Command) => {
    const epoch = await prepareRotation(await editParameters(command));
    process.stdout.write(`key epoch ${epoch} is ready for a running host to announce\n`);
  });

program
  .command("check")
  .description("validate a configuration and open its keystore")
  .requiredOption("-c, --config <file>", "configuration, a JSON file")
  .option("--watch", "that of a watcher")
  .option("--host", "that of a data host")
  .action(async (options: CheckOptions) => {
    const { config: file } = options;
    const { address } = await walletOf(keyConfigOf(options));
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

interface CheckOptions extends ConfigOptions {
  readonly watch?: boolean;
  readonly host?: boolean;
}

interface Service extends Pick<Command, "command"> {
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

/** What a subcommand of `host` acts on, whose options are those of `host`. */
async function editParameters(command: Command): Promise<EditParameters> {
  const { config: file, ...flags } = command.optsWithGlobals<ConfigOptions & ConfigFlags>();
  const config = loadHostConfig(file, flags);
  return { config, wallet: await walletOf(config), log: createLogger(config.logLevel) };
}

function keyConfigOf({ config: file, watch, host: isHost }: CheckOptions): KeyConfig {
  if (isHost === true) return loadHostConfig(file);
  return watch === true ? loadWatchConfig(file).watch : loadConfig(file);
}

function whole(value: string): number {
  if (/^\d+$/.test(value)) return Number(value);
  throw new InvalidArgumentError("write a whole number.");
}

program.parseAsync().catch((error: unknown) => {
  const advice =
    error instanceof ConfigError || error instanceof DatasetError ? "" : " (worker stopped)";
  const code = error instanceof WorkerError ? `${error.code}: ` : "";
  const lines = `${code}${errorMessage(error)}${advice}`.split("\n").map(printable);
  process.stderr.write(`${lines.join("\n")}\n`);
  process.exitCode = 1;
});
