import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { keccak256, parseUnits } from "ethers";

import { TermsClass, accountOf, asHex, createDataset } from "../../../sdk/src/index";
import type { DatasetContracts, ErgonClient, ModelCard } from "../../../sdk/src/index";
import { encodeModel, knnShapleyProgram } from "../../../tensor/src/index";
import type { Hex, Model } from "../../../tensor/src/index";
import type { Token } from "../../shared/token";
import { contestable, newPlayer, prepareCast, register, unitPriceOf } from "../cast";
import type { Cast, Player } from "../cast";
import { PRICE_PER_PMAC } from "../product";
import type { Stage } from "../stage";
import { OPTIONS, digitEmbedding } from "./digits";

const CONTRIBUTORS = 40;
const DAY = 86_400n;
/** Whole tokens. */
const [CONTRIBUTION_BOND, SEED_BOND] = ["10", "50"];
const [FIRST_PRICE, RESERVE, CAP] = ["100", "20", "1000"];
const SALES_A_DAY = 2n * 10n ** 18n;

/** A dataset, and who has to do with it. */
export interface DataCast {
  /** Who runs the valuation, by which program. */
  readonly worker: Cast;
  readonly host: Player;
  readonly poolOwner: ErgonClient;
  readonly buyer: Player;
  readonly contributors: readonly ErgonClient[];
  readonly token: Token;
  readonly dao: DatasetContracts;
  /** Payment-token units. */
  readonly contributionBond: bigint;
  /** The program that makes points of digits. */
  readonly embeddingId: Hex;
}

/** Registers the program that makes points and the one that values them, and makes a dataset of forty contributors. */
export async function prepareData(stage: Stage): Promise<DataCast> {
  const cast = await prepareCast(stage);
  const { client, provider, token } = cast;
  const model = knnShapleyProgram(OPTIONS);
  const modelFile = join(stage.folder, "valuation.ergon");
  await writeFile(modelFile, encodeModel(model));
  const valuation = {
    model,
    modelFile,
    card: cardOf(model, "valuation"),
    pricePerPmac: PRICE_PER_PMAC,
  };
  const worker = { ...cast, ...valuation, ...(await register(provider, valuation)) };
  const embedding = digitEmbedding();
  const { modelId: embeddingId } = await register(provider, {
    model: embedding,
    card: cardOf(embedding, "digit embedding"),
  });

  const [host, poolOwner, buyer] = [
    await newPlayer(stage, token),
    await newPlayer(stage, token),
    await newPlayer(stage, token),
  ];
  const dao = await found(client, worker, host.client, poolOwner.client);
  const contributors: ErgonClient[] = [];
  for (let i = 0; i < CONTRIBUTORS; i++) {
    contributors.push((await newPlayer(stage, token, dao.dataset)).client);
  }
  const players = { host, poolOwner: poolOwner.client, buyer, contributors };
  const contributionBond = parseUnits(CONTRIBUTION_BOND, token.decimals);
  return { worker, ...players, token, dao, contributionBond, embeddingId };
}

async function found(
  founder: ErgonClient,
  worker: Cast,
  host: ErgonClient,
  poolOwner: ErgonClient,
): Promise<DatasetContracts> {
  const { token, modelId } = worker;
  const units = (amount: string) => parseUnits(amount, token.decimals);
  const { minUnitBond, verifier } = contestable(worker);
  return createDataset(founder, {
    ...{ name: "Forty hands", token: token.address },
    shape: { slots: 6n, slotRows: 4n, rowWords: 1n },
    ...{ contributionBond: units(CONTRIBUTION_BOND), seedBond: units(SEED_BOND) },
    ...{ host: await accountOf(host), poolOwner: await accountOf(poolOwner) },
    valuation: {
      ...{ modelId, verifier, termsClass: TermsClass.Standard, maxTurnaround: DAY },
      ...{ maxUnitPrice: unitPriceOf(worker), minUnitBond },
    },
    sale: {
      ...{ initialPrice: units(FIRST_PRICE), reserve: units(RESERVE), cap: units(CAP) },
      ...{ licenceTerm: 30n * DAY, grantTime: DAY, ratePerDay: SALES_A_DAY },
      ...{ decayBps: 3_000n, potShareBps: 8_000n, host: await accountOf(host) },
    },
  });
}

/** The card of a program that the demo makes itself. */
function cardOf(model: Model, name: string): ModelCard {
  const file = `${name}.ergon`;
  return { uri: file, digest: asHex(keccak256(encodeModel(model))), weightsUri: file };
}
