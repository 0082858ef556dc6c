import { keccak256 } from "ethers";

import { withAccount, withSigner } from "./shared/chain";
import type { AccountOptions, ChainOptions } from "./shared/chain";
import { createCommand, runCommand } from "./shared/cli";
import { readBytes, readModel } from "./shared/files";
import { fields, printResult } from "./shared/output";
import { ZERO_HASH, asHex, registerModel, traceBytesOf, workOf } from "../sdk/src/index";

interface ModelOptions extends ChainOptions, AccountOptions {
  readonly card?: string;
  readonly cardUri?: string;
  readonly weightsUri?: string;
}

const command = withAccount(
  createCommand("register-model", "Register a model's program, with the account as author."),
)
  .argument("<model>", "model file, such as tensor/models/digits.ergon")
  .option("--card <file>", "card that describes the model; its hash is registered")
  .option("--card-uri <uri>", "where others find the card")
  .option("--weights-uri <uri>", "where others find the model file")
  .action(register);

async function register(file: string, options: ModelOptions): Promise<void> {
  const { program } = await readModel(file);
  const card = {
    uri: options.cardUri ?? "",
    digest:
      options.card === undefined ? ZERO_HASH : asHex(keccak256(await readBytes(options.card))),
    weightsUri: options.weightsUri ?? "",
  };
  await withSigner(options, async ({ client, json }) => {
    const { modelId, transactions } = await registerModel(client, { program, card });
    const result = {
      modelId,
      nodes: program.nodes.length,
      macs: workOf(modelId),
      traceBytes: traceBytesOf(modelId),
      transactions: transactions.map(({ hash }) => hash),
      gas: transactions.reduce((sum, { gasUsed }) => sum + gasUsed, 0n),
    };
    printResult(json, result, fields(result));
  });
}

/** Settled when the command has ended. */
export const ended = runCommand(command);
