import { ethers } from "hardhat";
import { MaxUint256, Wallet, encodeBytes32String, id, toBeHex } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import {
  TermsClass,
  ZERO_ADDRESS,
  asAddress,
  asHex,
  askDigest,
  bidDigest,
  signAskWith,
  signBidWith,
} from "../../sdk/src/index";
import type { Address, Addresses, Ask, Bid, SigningDomain } from "../../sdk/src/index";
import type { Hex } from "../../tensor/src/index";
import type {
  DataDaoFactory,
  GpuRegistry,
  JobEscrow,
  Ledger,
  LoanBook,
  MockERC20,
  ModelRegistry,
  OptimisticVerifier,
  OrderBook,
  ProtocolTimelock,
  StakeVaultFactory,
  TensorStep,
} from "../../typechain-types";

/** Payment-token units that client and provider have in the Ledger, and may each use in full. */
export const CLAIMS = 10n ** 15n;

/** The fee of the market, in basis points. */
export const FEE_BPS = 250n;

/** Terms of jobs that name the verifier: everything on, floors and caps near the usual amounts. */
export const VERIFIER_TERMS = {
  listed: true,
  scale: 3n,
  bondMultipleBps: 20_000n,
  longestGameFast: 8n * 3_600n,
  longestGameStandard: 30n * 3_600n,
  longestGameHigh: 8n * 86_400n,
  bondFloorFast: 2n,
  bondFloorStandard: 3n,
  bondFloorHigh: 4n,
  fastPriceCap: 1_000_000n,
} as const;

/** Terms of jobs without a verifier. */
export const PLAIN_TERMS = {
  listed: true,
  scale: 0n,
  bondMultipleBps: 10_000n,
  longestGameFast: 0n,
  longestGameStandard: 0n,
  longestGameHigh: 0n,
  bondFloorFast: 0n,
  bondFloorStandard: 0n,
  bondFloorHigh: 0n,
  fastPriceCap: 0n,
} as const;

/** Prices of demands, in payment-token units. */
export const DEMAND_PRICES = { fast: 500n, standard: 1_000n, high: 2_000n } as const;

/** An id that says 1,000,000 MACs and 8,192 trace bytes a unit; no program stands behind it. */
export const MODEL_ID = modelIdOf(1_000_000n, 8_192n);

/** What the fixture gives. */
export interface Market {
  readonly admin: HardhatEthersSigner;
  readonly client: HardhatEthersSigner;
  readonly provider: HardhatEthersSigner;
  readonly worker: HardhatEthersSigner;
  readonly verifier: HardhatEthersSigner;
  readonly treasury: HardhatEthersSigner;
  readonly delegate: HardhatEthersSigner;
  readonly stranger: HardhatEthersSigner;
  readonly token: MockERC20;
  readonly ledger: Ledger;
  readonly gpuRegistry: GpuRegistry;
  readonly modelRegistry: ModelRegistry;
  readonly escrow: JobEscrow;
  readonly book: OrderBook;
  readonly tensorStep: TensorStep;
  readonly optimisticVerifier: OptimisticVerifier;
  readonly vaultFactory: StakeVaultFactory;
  readonly loanBook: LoanBook;
  readonly dataDaoFactory: DataDaoFactory;
  readonly tokenAddress: Address;
  readonly addresses: Addresses;
  /** A GPU that `provider` operates. */
  readonly gpuId: bigint;
}

/**
 * A market on a fresh chain: contracts, listed terms, a registered GPU that `provider` operates, and
 * `client` and `provider` with `CLAIMS` each in the Ledger, which the escrow may pull. The verifier
 * is an account, so that a test can speak for it. `admin` may call every restricted function.
 */
export async function deployMarket(): Promise<Market> {
  const [admin, client, provider, worker, verifier, treasury, delegate, stranger] =
    await ethers.getSigners();
  const manager = await ethers.deployContract("AccessManager", [admin.address]);
  const roles = [[admin.address], [admin.address], ethers.ZeroAddress];
  const timelock = await ethers.deployContract("ProtocolTimelock", [0, ...roles]);
  const token = await ethers.deployContract("MockERC20", ["Test Dollar", "TUSD", 6]);
  const ledger = await ethers.deployContract("Ledger");
  const gpuRegistry = await ethers.deployContract("GpuRegistry");
  const modelRegistry = await ethers.deployContract("ModelRegistry");
  const escrow = await ethers.deployContract("JobEscrow", [
    manager,
    ledger,
    gpuRegistry,
    treasury.address,
  ]);
  const book = await ethers.getContractAt("OrderBook", await escrow.ORDER_BOOK());
  const tensorStep = await ethers.deployContract("TensorStep");
  const optimisticVerifier = await ethers.deployContract("OptimisticVerifier", [
    escrow,
    modelRegistry,
    tensorStep,
  ]);
  // by an account that deploys nothing else, so that addresses do not depend on it
  const vaultFactory = await ethers.deployContract("StakeVaultFactory", [escrow], treasury);
  const loanBook = await ethers.deployContract(
    "LoanBook",
    [manager, escrow, vaultFactory],
    treasury,
  );
  const { ergonToken, governor } = await deployVotes(treasury, timelock);
  const dataDaoFactory = await deployDataDaoFactory(escrow, treasury);
  const market = {
    admin,
    client,
    provider,
    worker,
    verifier,
    treasury,
    delegate,
    stranger,
    token,
    ledger,
    gpuRegistry,
    modelRegistry,
    escrow,
    book,
    tensorStep,
    optimisticVerifier,
    vaultFactory,
    loanBook: loanBook.connect(admin),
    dataDaoFactory: dataDaoFactory.connect(admin),
    tokenAddress: asAddress(await token.getAddress()),
    addresses: {
      ledger: asAddress(await ledger.getAddress()),
      jobEscrow: asAddress(await escrow.getAddress()),
      orderBook: asAddress(await book.getAddress()),
      gpuRegistry: asAddress(await gpuRegistry.getAddress()),
      modelRegistry: asAddress(await modelRegistry.getAddress()),
      optimisticVerifier: asAddress(await optimisticVerifier.getAddress()),
      stakeVaultFactory: asAddress(await vaultFactory.getAddress()),
      loanBook: asAddress(await loanBook.getAddress()),
      dataDaoFactory: asAddress(await dataDaoFactory.getAddress()),
      accessManager: asAddress(await manager.getAddress()),
      timelock: asAddress(await timelock.getAddress()),
      ergonToken: asAddress(await ergonToken.getAddress()),
      governor: asAddress(await governor.getAddress()),
    } satisfies Addresses,
    gpuId: 0n,
  };
  await book.setVerifierTerms(token, verifier, VERIFIER_TERMS);
  await book.setVerifierTerms(token, ethers.ZeroAddress, PLAIN_TERMS);
  await book.setDemandPrices(token, DEMAND_PRICES);
  await book.setFee(FEE_BPS);
  await fund(market, client);
  await fund(market, provider);
  return { ...market, gpuId: await registerTestGpu(market, provider, "fixture") };
}

/** The token, all of it its deployer's, and a governor, to which the timelock gave no role. */
async function deployVotes(deployer: HardhatEthersSigner, timelock: ProtocolTimelock) {
  const holding = { holder: deployer.address, amount: 10n ** 27n };
  const ergonToken = await ethers.deployContract("ErgonToken", [[holding]], deployer);
  const settings = {
    votingDelay: 86_400n,
    votingPeriod: 259_200n,
    proposalThreshold: 0n,
    quorumPercent: 4n,
    voteExtension: 86_400n,
    guardian: ethers.ZeroAddress,
  };
  const governor = await ethers.deployContract(
    "ProtocolGovernor",
    [ergonToken, timelock, settings],
    deployer,
  );
  return { ergonToken, governor };
}

/** The factory of datasets that buy valuations from `escrow`, and the contracts that it makes clones of. */
export async function deployDataDaoFactory(
  escrow: JobEscrow,
  deployer: HardhatEthersSigner,
): Promise<DataDaoFactory> {
  const of = async (name: string, args: unknown[] = []) =>
    (await ethers.deployContract(name, args, deployer)).getAddress();
  const implementations = {
    dataset: await of("DataDAO", [escrow]),
    shares: await of("DataShares"),
    governor: await of("DataGovernor"),
    timelock: await of("DataTimelock"),
    market: await of("AccessMarket", [await escrow.LEDGER()]),
  };
  return ethers.deployContract("DataDaoFactory", [implementations], deployer);
}

/** Gives an account `CLAIMS` in the Ledger and lets the escrow pull them. */
export async function fund(
  market: Pick<Market, "token" | "ledger" | "escrow">,
  account: HardhatEthersSigner,
): Promise<void> {
  const { token, ledger, escrow } = market;
  await token.mint(account, CLAIMS);
  await token.connect(account).approve(ledger, CLAIMS);
  await ledger.connect(account).deposit(token, CLAIMS, account);
  await ledger.connect(account).approve(escrow, BigInt(await token.getAddress()), MaxUint256);
}

/** Registers a GPU, whose device key follows from `name`, for `owner`; returns its id. */
export async function registerTestGpu(
  { gpuRegistry }: Pick<Market, "gpuRegistry">,
  owner: HardhatEthersSigner,
  name: string,
): Promise<bigint> {
  const device = new Wallet(id(name));
  const domain = {
    name: "Ergon GpuRegistry",
    version: "1",
    chainId: (await ethers.provider.getNetwork()).chainId,
    verifyingContract: await gpuRegistry.getAddress(),
  };
  const types = {
    GpuRegistration: [
      { name: "owner", type: "address" },
      { name: "hardwareClass", type: "bytes32" },
      { name: "memoryMiB", type: "uint32" },
    ],
  };
  const gpu = {
    owner: owner.address,
    hardwareClass: encodeBytes32String("H100"),
    memoryMiB: 81_559,
  };
  const signature = await device.signTypedData(domain, types, gpu);
  await gpuRegistry
    .connect(owner)
    .register(device.address, gpu.hardwareClass, gpu.memoryMiB, "https://gpu.example/1", signature);
  return BigInt(device.address);
}

/** The provider's offer, which `bidOf` fits: standard class, verifier named, not signed. */
export function askOf(market: Market, changes: Partial<Ask> = {}): Ask {
  return {
    provider: asAddress(market.provider.address),
    worker: asAddress(market.worker.address),
    gpuId: market.gpuId,
    modelId: MODEL_ID,
    token: market.tokenAddress,
    unitPrice: 10_000n,
    unitBond: 25_000n,
    maxUnits: 1_000n,
    turnaround: 3_600n,
    cancelShareBps: 10_000n,
    verifier: asAddress(market.verifier.address),
    termsClass: TermsClass.Standard,
    nonce: 0n,
    expiry: 2n ** 40n - 1n,
    open: true,
    ...changes,
  };
}

/** The client's request for 4 units, which `askOf` fits, not signed. */
export function bidOf(market: Market, changes: Partial<Bid> = {}): Bid {
  return {
    client: asAddress(market.client.address),
    provider: ZERO_ADDRESS,
    gpuId: 0n,
    modelId: MODEL_ID,
    chained: false,
    inputRoot: asHex(id("inputs")),
    inputUriHash: asHex(id("https://inputs.example/1")),
    units: 4n,
    token: market.tokenAddress,
    maxUnitPrice: 10_000n,
    minUnitBond: 25_000n,
    maxTurnaround: 3_600n,
    verifier: asAddress(market.verifier.address),
    termsClass: TermsClass.Standard,
    nonce: 0n,
    expiry: 2n ** 40n - 1n,
    open: true,
    ...changes,
  };
}

/** The same order for a job without a verifier, which names the provider. */
export function plainOf(market: Market): Pick<Bid, "verifier" | "provider"> {
  return { verifier: ZERO_ADDRESS, provider: asAddress(market.provider.address) };
}

/** The EIP-712 domain of the order book. */
export async function orderDomain(market: Pick<Market, "addresses">): Promise<SigningDomain> {
  const { chainId } = await ethers.provider.getNetwork();
  return { chainId, verifyingContract: market.addresses.orderBook };
}

/** An order's signature by `signer`, by default its maker. */
export async function signAsk(market: Market, ask: Ask, signer = market.provider): Promise<Hex> {
  return signAskWith(signer, await orderDomain(market), ask);
}

/** An order's signature by `signer`, by default its maker. */
export async function signBid(market: Market, bid: Bid, signer = market.client): Promise<Hex> {
  return signBidWith(signer, await orderDomain(market), bid);
}

/** An order's digest. */
export async function digestOf(market: Market, order: Ask | Bid): Promise<Hex> {
  const domain = await orderDomain(market);
  return "worker" in order ? askDigest(domain, order) : bidDigest(domain, order);
}

/** The id of a model with this work and trace a unit. */
export function modelIdOf(work: bigint, traceBytes: bigint, name = "model"): Hex {
  const digest = BigInt(id(name)) >> 96n;
  return asHex(toBeHex((digest << 96n) | (work << 40n) | traceBytes, 32));
}
