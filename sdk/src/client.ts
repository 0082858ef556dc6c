import { BrowserProvider } from "ethers";
import { DataDaoFactory__factory } from "../../typechain-types/factories/contracts/data/DataDaoFactory__factory";
import { ErgonToken__factory } from "../../typechain-types/factories/contracts/governance/ErgonToken__factory";
import { GpuRegistry__factory } from "../../typechain-types/factories/contracts/compute/GpuRegistry__factory";
import { JobEscrow__factory } from "../../typechain-types/factories/contracts/compute/JobEscrow__factory";
import { Ledger__factory } from "../../typechain-types/factories/contracts/payments/Ledger__factory";
import { LoanBook__factory } from "../../typechain-types/factories/contracts/finance/LoanBook__factory";
import { ModelRegistry__factory } from "../../typechain-types/factories/contracts/compute/ModelRegistry__factory";
import { OptimisticVerifier__factory } from "../../typechain-types/factories/contracts/verification/OptimisticVerifier__factory";
import { OrderBook__factory } from "../../typechain-types/factories/contracts/compute/OrderBook__factory";
import { ProtocolGovernor__factory } from "../../typechain-types/factories/contracts/governance/ProtocolGovernor__factory";
import { StakeVaultFactory__factory } from "../../typechain-types/factories/contracts/finance/StakeVaultFactory__factory";
import { ErgonError, InputError } from "./errors/errors";
import { translated } from "./errors/translate";
import { asAddress } from "./types/address";
import type { Eip1193Provider, Provider, Signer } from "ethers";
import type {
  DataDaoFactory,
  ErgonToken,
  GpuRegistry,
  JobEscrow,
  Ledger,
  LoanBook,
  ModelRegistry,
  OptimisticVerifier,
  OrderBook,
  ProtocolGovernor,
  StakeVaultFactory,
} from "../../typechain-types";
import type { SigningDomain } from "./eip712/domain";
import type { Address, Addresses } from "./types/address";

/** How a client is made. */
export interface ErgonClientOptions {
  /** Any ethers signer that is connected, or a provider for reading only. */
  readonly runner: Signer | Provider;
  readonly addresses: Addresses;
  /** Blocks after which a transaction counts, its own included; 1 unless given. */
  readonly confirmations?: number;
  /** Most blocks that one query of logs spans; 2,000 unless given. */
  readonly logRange?: number;
  /** First block that can hold an event of the contracts; 0 unless given. */
  readonly fromBlock?: number;
}

/** The contracts of one deployment, seen by one account. */
export interface ErgonClient {
  readonly provider: Provider;
  readonly signer?: Signer;
  readonly addresses: Addresses;
  readonly ledger: Ledger;
  readonly jobEscrow: JobEscrow;
  readonly orderBook: OrderBook;
  readonly gpuRegistry: GpuRegistry;
  readonly modelRegistry: ModelRegistry;
  readonly optimisticVerifier: OptimisticVerifier;
  readonly stakeVaultFactory: StakeVaultFactory;
  readonly loanBook: LoanBook;
  readonly dataDaoFactory: DataDaoFactory;
  readonly ergonToken: ErgonToken;
  readonly governor: ProtocolGovernor;
  readonly confirmations: number;
  readonly logRange: number;
  readonly fromBlock: number;
}

/**
 * A client for the contracts at `addresses`. Throws `InputError` if the signer has no provider or
 * an option is out of range.
 *
 * @example
 * const provider = new JsonRpcProvider("http://127.0.0.1:8545");
 * const client = createErgonClient({ runner: new Wallet(key, provider), addresses });
 */
export function createErgonClient(options: ErgonClientOptions): ErgonClient {
  const { runner, addresses, confirmations = 1, logRange = 2_000, fromBlock = 0 } = options;
  const signer = isSigner(runner) ? runner : undefined;
  const provider = isSigner(runner) ? runner.provider : runner;
  if (provider === null) throw new InputError("connect the signer to a provider first");
  requireWhole("confirmations", confirmations, 1);
  requireWhole("logRange", logRange, 1);
  requireWhole("fromBlock", fromBlock, 0);
  return {
    provider,
    signer,
    addresses,
    ledger: Ledger__factory.connect(addresses.ledger, runner),
    jobEscrow: JobEscrow__factory.connect(addresses.jobEscrow, runner),
    orderBook: OrderBook__factory.connect(addresses.orderBook, runner),
    gpuRegistry: GpuRegistry__factory.connect(addresses.gpuRegistry, runner),
    modelRegistry: ModelRegistry__factory.connect(addresses.modelRegistry, runner),
    optimisticVerifier: OptimisticVerifier__factory.connect(addresses.optimisticVerifier, runner),
    stakeVaultFactory: StakeVaultFactory__factory.connect(addresses.stakeVaultFactory, runner),
    loanBook: LoanBook__factory.connect(addresses.loanBook, runner),
    dataDaoFactory: DataDaoFactory__factory.connect(addresses.dataDaoFactory, runner),
    ergonToken: ErgonToken__factory.connect(addresses.ergonToken, runner),
    governor: ProtocolGovernor__factory.connect(addresses.governor, runner),
    confirmations,
    logRange,
    fromBlock,
  };
}

/**
 * A client that signs with the account of a browser wallet, asking for access if need be. Throws
 * `ErgonError` REJECTED if the user declines.
 *
 * @example
 * const client = await createWalletClient(window.ethereum, { addresses });
 */
export async function createWalletClient(
  wallet: Eip1193Provider,
  options: Omit<ErgonClientOptions, "runner">,
): Promise<ErgonClient> {
  // cached answers would hide what the client itself has just changed
  const provider = new BrowserProvider(wallet, undefined, { cacheTimeout: -1 });
  const runner = await translated(() => provider.getSigner());
  return createErgonClient({ ...options, runner });
}

/** The client's signer. Throws `ErgonError` NO_SIGNER if it only reads. */
export function signerOf(client: Pick<ErgonClient, "signer">): Signer {
  if (client.signer !== undefined) return client.signer;
  throw new ErgonError("NO_SIGNER", "this client only reads: create it with a signer", false);
}

/** The account that the client acts for. Throws `ErgonError` NO_SIGNER if it only reads. */
export async function accountOf(client: ErgonClient): Promise<Address> {
  return asAddress(await signerOf(client).getAddress());
}

/** The EIP-712 domain of orders. */
export function orderDomainOf(client: ErgonClient): Promise<SigningDomain> {
  return domainOf(client, client.addresses.orderBook);
}

/** The EIP-712 domain of approvals and receipts. */
export function escrowDomainOf(client: ErgonClient): Promise<SigningDomain> {
  return domainOf(client, client.addresses.jobEscrow);
}

/** The EIP-712 domain of moves and traces. */
export function verifierDomainOf(client: ErgonClient): Promise<SigningDomain> {
  return domainOf(client, client.addresses.optimisticVerifier);
}

/** The EIP-712 domain of attestations. */
export async function loanDomainOf(client: ErgonClient): Promise<SigningDomain> {
  return { ...(await domainOf(client, client.addresses.loanBook)), name: "Ergon LoanBook" };
}

/** The EIP-712 domain of consents to contributions. */
export async function datasetDomainOf(
  client: ErgonClient,
  dataset: Address,
): Promise<SigningDomain> {
  return { ...(await domainOf(client, dataset)), name: "Ergon DataDAO" };
}

/** The EIP-712 domain of sessions with the host of a market. */
export async function marketDomainOf(client: ErgonClient, market: Address): Promise<SigningDomain> {
  return { ...(await domainOf(client, market)), name: "Ergon AccessMarket" };
}

async function domainOf(
  { provider }: ErgonClient,
  verifyingContract: Address,
): Promise<SigningDomain> {
  const { chainId } = await translated(() => provider.getNetwork());
  return { chainId, verifyingContract };
}

function isSigner(runner: Signer | Provider): runner is Signer {
  return "signTypedData" in runner;
}

function requireWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new InputError(`${name} must be a whole number of at least ${least}, not ${value}`);
}
