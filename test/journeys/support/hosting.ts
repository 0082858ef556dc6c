import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Wallet } from "ethers";
import { fund } from "../../../scripts/demo/cast";
import { KEY_FIELDS, chainConfig, writeSite } from "../../../scripts/demo/site";
import type { Site } from "../../../scripts/demo/site";
import {
  TermsClass,
  accountOf,
  asAddress,
  createDataset,
  createErgonClient,
} from "../../../sdk/src/index";
import type { Address, ErgonClient } from "../../../sdk/src/index";
import { TERMS } from "../../shared/accessMarket";
import { SHAPE } from "../../shared/data";
import type { JourneyStage } from "./stage";

/** A dataset whose access is sold, and who hosts it. */
export interface Hosting {
  readonly market: Address;
  readonly key: Wallet;
  readonly host: ErgonClient;
  /** Of the host. */
  readonly site: Site;
}

/** Has a dataset made by the cast's client, whose host has a key of its own and a folder below `folder`. */
export async function openHosting(
  stage: JourneyStage,
  folder: string,
  config: object = {},
): Promise<Hosting> {
  const { provider, book, cast } = stage;
  const { contracts: addresses, fromBlock } = book;
  const key = new Wallet(Wallet.createRandom().privateKey, provider);
  const host = createErgonClient({ runner: key, addresses, fromBlock });
  await fund(provider, host, cast.token);
  const { market } = await createDataset(cast.client, {
    ...{ name: "Digits", token: cast.token.address, shape: SHAPE },
    ...{ contributionBond: 10_000n, seedBond: 5_000n },
    ...{ host: asAddress(key.address), poolOwner: await accountOf(cast.client) },
    valuation: {
      ...{ modelId: cast.modelId, verifier: addresses.optimisticVerifier },
      ...{ termsClass: TermsClass.Standard, maxTurnaround: 86_400n },
      ...{ maxUnitPrice: 1_000n, minUnitBond: 1n },
    },
    sale: { ...TERMS, host: asAddress(key.address) },
  });
  const site = await writeSite(join(folder, "host"), key, (port) => ({
    ...{ ...chainConfig(stage), ...KEY_FIELDS, market },
    http: { port, requestsPerMinute: 100_000 },
    ...config,
  }));
  return { market, key, host, site };
}

/** Writes files into a folder below `folder`; gives its path. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<string> {
  const plain = join(folder, "plain");
  await mkdir(plain, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(plain, name), bytes);
  return plain;
}
