import { Command, InvalidArgumentError } from "commander";
import { ConfigError, loadConfig } from "./config/load";
import type { ConfigFlags } from "./config/load";
import { WorkerError, errorMessage } from "./errors";
import { createKeystore, openKeystore, readPassword } from "./keystore";
import { createLogger } from "./log";
import { runWorker } from "./worker";

interface RunFlags extends ConfigFlags {
  readonly config: string;
}

interface KeystoreFlags {
  readonly out: string;
  readonly passwordFile?: string;
}

const program = new Command("worker")
  .description("Takes bids, runs them, delivers, and is paid.")
  .showHelpAfterError();

program
  .command("run", { isDefault: true })
  .description("run the worker")
  .requiredOption("-c, --config <file>", "configuration, a JSON file")
  .option("--rpc-url <url>", "node to use, instead of rpcUrl")
  .option("--keystore <file>", "encrypted key, instead of keystore")
  .option("--password-file <file>", "file with its password, instead of passwordFile")
  .option("--data-dir <directory>", "journal and blobs, instead of dataDir")
  .option("--confirmations <blocks>", "instead of confirmations", whole)
  .option("--http-port <port>", "instead of http.port", whole)
  .option("--log-level <level>", "instead of logLevel")
  .action(({ config, ...flags }: RunFlags) => run(config, flags));

program
  .command("check")
  .description("validate a configuration and open its keystore")
  .requiredOption("-c, --config <file>", "configuration, a JSON file")
  .action(async ({ config: file }: RunFlags) => {
    const config = loadConfig(file);
    const wallet = openKeystore(config.keystore, await readPassword(config.passwordFile));
    process.stdout.write(`${file} is valid; the worker's account is ${wallet.address}\n`);
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

async function run(file: string, flags: ConfigFlags): Promise<void> {
  const config = loadConfig(file, flags);
  const wallet = openKeystore(config.keystore, await readPassword(config.passwordFile));
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    // a second signal ends the process at once; the journal makes up for it
    process.once(name, () => controller.abort());
  }
  const log = createLogger(config.logLevel);
  await runWorker({ config, wallet, log, signal: controller.signal });
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
