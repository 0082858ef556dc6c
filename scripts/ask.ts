import { writeFile } from "node:fs/promises";

import { timeOf, withAccount, withSigner } from "./shared/chain";
import type { AccountOptions, ChainOptions } from "./shared/chain";
import { createCommand, runCommand } from "./shared/cli";
import { requireRegistered } from "./shared/models";
import { fields, printResult, toJson } from "./shared/output";
import { withTerms } from "./shared/terms";
import type { TermsOptions } from "./shared/terms";
import { formatAmount, readToken } from "./shared/token";
import { CLASSES, address, bigNumber, formatTime, parseAmount } from "./shared/values";
import { accountOf, asHex, askDigest, makeAsk, orderDomainOf, signAsk } from "../sdk/src/index";
import type { Address } from "../sdk/src/index";

interface AskOptions extends ChainOptions, AccountOptions, TermsOptions {
  readonly modelId: string;
  readonly units: bigint;
  readonly worker?: Address;
  readonly open?: boolean;
}

const command = withTerms(
  withAccount(createCommand("ask", "Make and sign an offer to run a model, for clients to fill.")),
)
  .requiredOption("--model-id <id>", "model to run")
  .requiredOption("--units <count>", "most units sold in all", bigNumber)
  .option("--worker <address>", "account that delivers (default: the provider)", address)
  .option("--open", "let third parties fill it")
  .action(ask);

async function ask(options: AskOptions): Promise<void> {
  const modelId = asHex(options.modelId);
  await withSigner(options, async ({ client, book, json }) => {
    await requireRegistered(client, modelId);
    const token = await readToken(client, options.token ?? book.contracts.token);
    const provider = await accountOf(client);
    const order = makeAsk({
      provider,
      worker: options.worker ?? provider,
      gpuId: options.gpu,
      modelId,
      token: token.address,
      unitPrice: parseAmount(options.price, token.decimals),
      unitBond: parseAmount(options.bond ?? options.price, token.decimals),
      maxUnits: options.units,
      turnaround: options.turnaround,
      termsClass: CLASSES[options.class],
      verifier: options.verifier,
      open: options.open ?? false,
      now: await timeOf(client.provider),
    });
    const signature = await signAsk(client, order);
    const digest = askDigest(await orderDomainOf(client), order);
    const result = { digest, ask: order, signature };
    if (options.out !== undefined) await writeFile(options.out, `${toJson(result)}\n`);
    const lines = fields({
      digest,
      provider,
      price: `${formatAmount(token, order.unitPrice)} a unit`,
      bond: `${formatAmount(token, order.unitBond)} a unit`,
      units: order.maxUnits,
      expires: formatTime(order.expiry),
      signature,
      ...(options.out === undefined ? {} : { file: options.out }),
    });
    printResult(json, result, lines);
  });
}

/** Settled when the command has ended. */
export const ended = runCommand(command);
