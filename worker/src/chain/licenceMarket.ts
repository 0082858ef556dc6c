import type { Call } from "./node";
import { reading } from "./reading";
import {
  ErgonError,
  PurchaseStatus,
  getAccessMarket,
  getBuyerKey,
  getLicence,
  grantAccessCall,
  hostSessionDigest,
  isErc1271SignedBy,
  marketDomainOf,
  recoverSigner,
  rotateKeyCall,
  sameHex,
} from "../../../sdk/src/index";
import type {
  AccessMarketState,
  Address,
  ErgonClient,
  HostSessionRequest,
  Licence,
} from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

/** Whose a licence is, as of the newest block. Times are seconds since 1970. */
export interface LicenceNow {
  readonly holder: Address;
  /** The last second of the licence. */
  readonly expiresAt: number;
  /** Of the newest block. */
  readonly now: number;
}

/** A market of licences, as its host uses it. What reads the chain throws `ChainError`. */
export interface LicenceMarket {
  /** Terms and sales as of a block. */
  state(block: number): Promise<AccessMarketState>;
  /** A purchase as of a block. */
  purchase(id: bigint, block: number): Promise<Licence>;
  /** The public key that was named in a purchase up to a block. */
  buyerKey(id: bigint, block: number): Promise<Hex>;
  /** A licence as of the newest block; undefined if it was not granted. */
  licence(id: bigint): Promise<LicenceNow | undefined>;
  /** Whether the holder signed the request, by ECDSA or ERC-1271. */
  isSigned(request: HostSessionRequest, signature: Hex): Promise<boolean>;
  grant(id: bigint, encryptedKey: Hex): Call;
  rotate(): Call;
}

/** The market at `market`. */
export function licenceMarket(client: ErgonClient, market: Address): LicenceMarket {
  return {
    state: (blockNumber) => reading(() => getAccessMarket(client, { market, blockNumber })),
    purchase: (id, blockNumber) => reading(() => getLicence(client, { market, id, blockNumber })),
    buyerKey: (id, blockNumber) => reading(() => getBuyerKey(client, { market, id, blockNumber })),
    licence: (id) => reading(() => licenceNow(client, market, id)),
    isSigned: (request, signature) => reading(() => isSigned(client, market, request, signature)),
    grant: (id, encryptedKey) => grantAccessCall({ market, id, encryptedKey }),
    rotate: () => rotateKeyCall({ market }),
  };
}

async function licenceNow(
  client: ErgonClient,
  market: Address,
  id: bigint,
): Promise<LicenceNow | undefined> {
  const newest = await client.provider.getBlock("latest");
  if (newest === null) throw new ErgonError("RPC", "the node has no latest block", true);
  const { number: blockNumber, timestamp: now } = newest;
  const licence = await purchaseIfAny(client, { market, id, blockNumber });
  if (licence?.status !== PurchaseStatus.Granted) return undefined;
  const { holder, expiresAt } = licence;
  if (holder === undefined || expiresAt === undefined) return undefined;
  return { holder, expiresAt: Number(expiresAt), now };
}

async function purchaseIfAny(
  client: ErgonClient,
  parameters: Parameters<typeof getLicence>[1],
): Promise<Licence | undefined> {
  try {
    return await getLicence(client, parameters);
  } catch (error) {
    if (error instanceof ErgonError && error.code === "INPUT") return undefined;
    throw error;
  }
}

async function isSigned(
  client: ErgonClient,
  market: Address,
  request: HostSessionRequest,
  signature: Hex,
): Promise<boolean> {
  const digest = hostSessionDigest(await marketDomainOf(client, market), request);
  if (sameHex(recoverSigner(digest, signature), request.holder)) return true;
  return isErc1271SignedBy(client.provider, request.holder, digest, signature);
}
