import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { ethers } from "hardhat";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";

import {
  ZERO_HASH,
  decodeRevert,
  fillJobCall,
  fulfilJobCall,
  quote,
  revertDataOf,
} from "../../../sdk/src/index";
import { askOf, bidOf, signAsk, signBid } from "../../shared/market";
import { clientOf } from "../support";
import type { Ask, Bid, Call, Quote, QuoteParameters, Revert } from "../../../sdk/src/index";
import type { TransactionResponse } from "ethers";
import type { Hex } from "../../../tensor/src/index";
import type { Market } from "../../shared/market";

/** Two orders, who signs them or their signatures, and who brings them. */
export interface Draft {
  readonly ask: Ask;
  readonly bid: Bid;
  readonly askSigner?: HardhatEthersSigner;
  readonly bidSigner?: HardhatEthersSigner;
  readonly bidSignature?: Hex;
  readonly caller: HardhatEthersSigner;
  readonly atOnce?: boolean;
}

/** What to change of the usual ask and bid. */
export interface Changes {
  readonly ask?: Partial<Ask>;
  readonly bid?: Partial<Bid>;
}

/** The client fills an ask that the provider signed. */
export function byClient(market: Market, { ask, bid }: Changes = {}): Draft {
  return {
    ask: askOf(market, { nonce: 1n, ...ask }),
    bid: bidOf(market, bid),
    askSigner: market.provider,
    caller: market.client,
  };
}

/** The provider fills a bid that the client signed. */
export function byProvider(market: Market, { ask, bid }: Changes = {}): Draft {
  return {
    ask: askOf(market, ask),
    bid: bidOf(market, { nonce: 1n, ...bid }),
    bidSigner: market.client,
    caller: market.provider,
  };
}

/** A third party fills two orders that their makers signed. */
export function byMatcher(market: Market, changes: Changes = {}): Draft {
  const { ask, askSigner } = byClient(market, changes);
  const { bid, bidSigner } = byProvider(market, changes);
  return { ask, askSigner, bid, bidSigner, caller: market.stranger };
}

/** What `quote` and the escrow take. */
export async function parametersOf(market: Market, draft: Draft): Promise<QuoteParameters> {
  const { ask, askSigner, bid, bidSigner, atOnce } = draft;
  return {
    ask,
    askSignature: askSigner && (await signAsk(market, ask, askSigner)),
    bid,
    bidSignature: draft.bidSignature ?? (bidSigner && (await signBid(market, bid, bidSigner))),
    atOnce,
  };
}

/** The quote of a draft for its caller. */
export async function quoteOf(market: Market, draft: Draft): Promise<Quote> {
  return quote(clientOf(market, draft.caller), await parametersOf(market, draft));
}

/** The call that the quote is for. */
export async function callOfDraft(market: Market, draft: Draft): Promise<Call> {
  const parameters = await parametersOf(market, draft);
  return draft.atOnce
    ? fulfilJobCall(market.addresses, { ...parameters, outputRoot: ZERO_HASH })
    : fillJobCall(market.addresses, parameters);
}

/** Fills a draft's orders. */
export async function fillDraft(market: Market, draft: Draft): Promise<TransactionResponse> {
  return draft.caller.sendTransaction({ ...(await callOfDraft(market, draft)) });
}

/** What the escrow answers to a draft; undefined if it opens a job. */
export async function refusalOf(market: Market, draft: Draft): Promise<Revert | undefined> {
  const call = await callOfDraft(market, draft);
  try {
    await ethers.provider.call({ ...call, from: draft.caller.address });
    return undefined;
  } catch (error) {
    return decodeRevert(revertDataOf(error) ?? "0x");
  }
}

/** Two orders that do not become a job: in words, by the errors in the order of the contracts' checks. */
export type RefusedCase = readonly [
  words: string,
  errors: readonly string[],
  draft: (market: Market) => Draft | Promise<Draft>,
];

/** Expects `quote` to give the errors of each case, and the escrow to revert with the first of them. */
export function itRefuses(the: () => Market, cases: readonly RefusedCase[]): void {
  for (const [words, errors, draftOf] of cases) {
    it(`${errors[0]} when ${words}`, async () => {
      const draft = await draftOf(the());
      const { problems, gas } = await quoteOf(the(), draft);
      expect(problems.map(({ errorName }) => errorName)).to.deep.equal(errors);
      const refusal = await refusalOf(the(), draft);
      expect(refusal?.errorName).to.equal(problems[0].errorName);
      expect(refusal?.args).to.deep.equal(problems[0].args);
      expect(gas.fill).to.equal(undefined);
    });
  }
}

/** Expects the cases to have all the reasons that a module of the SDK's orders can give. */
export function itCoversReasons(modules: readonly string[], cases: readonly RefusedCase[]): void {
  it("covers every reason that the SDK can give", () => {
    const known = modules.flatMap((name) => {
      const text = readFileSync(join(__dirname, `../../../sdk/src/orders/${name}.ts`), "utf8");
      return (
        text.match(/(?<=")(?:OrderBook|Orders|MarketTerms|ERC6909|Jobs|Stakes)\w+(?=")/g) ?? []
      );
    });
    expect(cases.map(([, [first]]) => first)).to.include.members(known);
  });
}
