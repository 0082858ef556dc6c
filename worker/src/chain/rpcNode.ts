import { FetchRequest, JsonRpcProvider, Network, Transaction, toQuantity } from "ethers";
import type { Wallet } from "ethers";
import { ChainError } from "./errors";
import type { ChainErrorCode } from "./errors";
import type {
  Block,
  Call,
  ChainNode,
  FeeSuggestion,
  Receipt,
  SignedTransaction,
  UnsignedTransaction,
} from "./node";
import { errorMessage } from "../errors";
import type { Hex } from "../../../tensor/src/index";

/** Turns the data of a revert into words: the error's name and arguments. */
export type DescribeRevert = (data: Hex) => string;

const RPC_TIMEOUT_MS = 20_000;

/** What nodes say when they do not take a transaction; each client has its own words. */
const SAYINGS: readonly (readonly [RegExp, ChainErrorCode])[] = [
  [/already known|already imported|known transaction/i, "ALREADY_KNOWN"],
  [/underpriced|replacement.*(fee|gas)|fee too low to replace/i, "UNDERPRICED"],
  [/nonce.*(too low|already|lower)|old nonce/i, "NONCE_TOO_LOW"],
  [/insufficient funds|insufficient balance|doesn't have enough funds/i, "FUNDS"],
];

/** Calls a node's methods. */
export interface JsonRpc {
  send(method: string, params: unknown[]): Promise<unknown>;
}

/** Connects to the node at `url`. Throws `ChainError` CHAIN_ID or RPC. */
export async function connect(url: string): Promise<JsonRpcProvider> {
  const request = new FetchRequest(url);
  request.timeout = RPC_TIMEOUT_MS;
  const probe = new JsonRpcProvider(request, 1, { staticNetwork: true, batchMaxCount: 1 });
  try {
    const chainId = BigInt(await probe.send("eth_chainId", []));
    const network = Network.from(chainId);
    // neither old answers, nor waiting for calls to send along
    const fresh = { cacheTimeout: -1, batchStallTime: 0 };
    return new JsonRpcProvider(request, network, { staticNetwork: network, ...fresh });
  } catch (cause) {
    const message = `no answer from the node at ${new URL(url).host}: ${errorMessage(cause)}`;
    throw new ChainError("RPC", message, { cause });
  } finally {
    probe.destroy();
  }
}

/** An account over JSON-RPC. */
export class RpcNode implements ChainNode {
  readonly address: Hex;

  constructor(
    private readonly provider: JsonRpc,
    private readonly wallet: Wallet,
    private readonly chainId: bigint,
    private readonly describeRevert: DescribeRevert,
  ) {
    this.address = wallet.address.toLowerCase() as Hex;
  }

  async head(): Promise<Block> {
    const block = await this.blockAt("latest");
    if (block === undefined) throw new ChainError("RPC", "the node has no latest block");
    return block;
  }

  block(number: number): Promise<Block | undefined> {
    return this.blockAt(toQuantity(number));
  }

  async nonce(at: number | "latest"): Promise<number> {
    const tag = at === "latest" ? at : toQuantity(at);
    return Number(BigInt(await this.send<string>("eth_getTransactionCount", [this.address, tag])));
  }

  async estimateGas(call: Call, at: "pending" | "latest"): Promise<bigint> {
    const request = { from: this.address, to: call.to, data: call.data };
    return BigInt(await this.send<string>("eth_estimateGas", [request, at]));
  }

  async fees(): Promise<FeeSuggestion> {
    const latest = await this.send<{ baseFeePerGas?: string }>("eth_getBlockByNumber", [
      "latest",
      false,
    ]);
    const tip = BigInt(await this.send<string>("eth_maxPriorityFeePerGas", []));
    return { baseFee: BigInt(latest.baseFeePerGas ?? 0), tip };
  }

  async sign(content: UnsignedTransaction): Promise<SignedTransaction> {
    const transaction = Transaction.from({ ...content, type: 2, chainId: this.chainId });
    const raw = (await this.wallet.signTransaction(transaction)) as Hex;
    return { raw, hash: Transaction.from(raw).hash as Hex };
  }

  async broadcast(raw: Hex): Promise<void> {
    await this.send("eth_sendRawTransaction", [raw]);
  }

  async receipt(hash: Hex): Promise<Receipt | undefined> {
    const receipt = await this.send<Record<
      "status" | "blockNumber" | "gasUsed" | "effectiveGasPrice",
      string
    > | null>("eth_getTransactionReceipt", [hash]);
    if (receipt === null) return undefined;
    return {
      success: BigInt(receipt.status) === 1n,
      block: Number(BigInt(receipt.blockNumber)),
      cost: BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice),
    };
  }

  private async blockAt(tag: string): Promise<Block | undefined> {
    const block = await this.send<Record<"number" | "hash" | "timestamp", Hex> | null>(
      "eth_getBlockByNumber",
      [tag, false],
    );
    if (block === null) return undefined;
    const { hash, number, timestamp } = block;
    return { hash, number: Number(BigInt(number)), timestamp: Number(BigInt(timestamp)) };
  }

  private async send<Result>(method: string, params: readonly unknown[]): Promise<Result> {
    try {
      return (await this.provider.send(method, [...params])) as Result;
    } catch (error) {
      throw this.classify(error, method);
    }
  }

  private classify(error: unknown, method: string): ChainError {
    const { code, message, data } = rpcError(error);
    if (data !== undefined || code === 3 || /revert/i.test(message)) {
      const reason = data === undefined ? message : this.describeRevert(data);
      return new ChainError("REVERT", reason, { cause: error });
    }
    const saying = SAYINGS.find(([words]) => words.test(message));
    return new ChainError(saying?.[1] ?? "RPC", `${method}: ${message}`, { cause: error });
  }
}

/** What the node itself said, out of what ethers wraps around it. */
function rpcError(error: unknown): { code?: number; message: string; data?: Hex } {
  const wrapped = error as {
    readonly error?: unknown;
    readonly info?: { readonly error?: unknown };
  };
  const inner = wrapped.error ?? wrapped.info?.error;
  if (typeof inner !== "object" || inner === null) return { message: errorMessage(error) };
  const { code, message, data } = inner as Record<"code" | "message" | "data", unknown>;
  return {
    code: typeof code === "number" ? code : undefined,
    message: String(message),
    data: revertData(data),
  };
}

/** Revert data, which some nodes wrap in an object. */
function revertData(data: unknown): Hex | undefined {
  if (typeof data === "string" && data.startsWith("0x")) return data as Hex;
  if (typeof data !== "object" || data === null || !("data" in data)) return undefined;
  return revertData(data.data);
}
