import type { Signer } from "ethers";
import type { Hex } from "../../../tensor/src/index";
import type { Ask, Bid } from "../types/order";
import { digestOf, signStruct, typedStruct } from "./domain";
import type { SigningDomain } from "./domain";

/** The EIP-712 struct of an ask. */
export const ASK_STRUCT = typedStruct(
  "Ask",
  "address provider,address worker,uint256 gpuId,bytes32 modelId,address token,uint128 unitPrice," +
    "uint128 unitBond,uint64 maxUnits,uint32 turnaround,uint16 cancelShareBps,address verifier," +
    "uint8 termsClass,uint64 nonce,uint40 expiry,bool open",
);

/** The EIP-712 struct of a bid. */
export const BID_STRUCT = typedStruct(
  "Bid",
  "address client,address provider,uint256 gpuId,bytes32 modelId,bool chained,bytes32 inputRoot," +
    "bytes32 inputUriHash,uint64 units,address token,uint128 maxUnitPrice,uint128 minUnitBond," +
    "uint32 maxTurnaround,address verifier,uint8 termsClass,uint64 nonce,uint40 expiry,bool open",
);

/** The digest that the maker of an ask signs; `domain` is the order book's. */
export function askDigest(domain: SigningDomain, ask: Ask): Hex {
  return digestOf(domain, ASK_STRUCT, ask);
}

/** The digest that the maker of a bid signs; `domain` is the order book's. */
export function bidDigest(domain: SigningDomain, bid: Bid): Hex {
  return digestOf(domain, BID_STRUCT, bid);
}

/** Signs an ask; `domain` is the order book's. */
export function signAskWith(signer: Signer, domain: SigningDomain, ask: Ask): Promise<Hex> {
  return signStruct(signer, domain, ASK_STRUCT, ask);
}

/** Signs a bid; `domain` is the order book's. */
export function signBidWith(signer: Signer, domain: SigningDomain, bid: Bid): Promise<Hex> {
  return signStruct(signer, domain, BID_STRUCT, bid);
}
