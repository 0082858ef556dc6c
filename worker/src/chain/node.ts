import type { Hex } from "../../../tensor/src/index";

/** A call of a contract. */
export interface Call {
  readonly to: Hex;
  readonly data: Hex;
}

/** A block as far as the worker looks at it. */
export interface Block {
  readonly number: number;
  readonly hash: Hex;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

/** Prices of gas in wei. */
export interface FeeSuggestion {
  readonly baseFee: bigint;
  readonly tip: bigint;
}

/** EIP-1559 prices of gas in wei. */
export interface Fees {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

/** A transaction before it is signed. */
export interface UnsignedTransaction extends Call, Fees {
  readonly nonce: number;
  readonly gasLimit: bigint;
}

/** A signed transaction. */
export interface SignedTransaction {
  readonly hash: Hex;
  readonly raw: Hex;
}

/** What became of a mined transaction. */
export interface Receipt {
  readonly success: boolean;
  readonly block: number;
  /** Wei. */
  readonly cost: bigint;
}

/** One account on one chain. Calls throw `ChainError`. */
export interface ChainNode {
  /** The account that signs. */
  readonly address: Hex;
  /** The newest block. */
  head(): Promise<Block>;
  /** The block with this number, if the chain is that long. */
  block(number: number): Promise<Block | undefined>;
  /** Transactions the account sent, as of a block. */
  nonce(at: number | "latest"): Promise<number>;
  /** Gas the call takes. Throws REVERT, with the decoded reason, if it would fail. */
  estimateGas(call: Call, at: "pending" | "latest"): Promise<bigint>;
  /** Current prices of gas. */
  fees(): Promise<FeeSuggestion>;
  /** Signs without sending; the same transaction gives the same bytes. */
  sign(transaction: UnsignedTransaction): Promise<SignedTransaction>;
  /** Hands a signed transaction to the network. */
  broadcast(raw: Hex): Promise<void>;
  /** Receipt of a transaction, if it is in the chain. */
  receipt(hash: Hex): Promise<Receipt | undefined>;
}
