import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import {
  APPROVAL_STRUCT,
  ASK_STRUCT,
  BID_STRUCT,
  RECEIPT_STRUCT,
  approvalDigest,
  askDigest,
  bidDigest,
  escrowDomainOf,
  orderDomainOf,
  receiptDigest,
} from "../../sdk/src/index";
import vectors from "../vectors/digests.json";
import { deploySdkMarket } from "./support";
import type {
  Approval,
  Ask,
  Bid,
  SigningDomain,
  TypedStruct,
  WorkReceipt,
} from "../../sdk/src/index";
import type { Hex } from "../../tensor/src/index";

interface Vector<Value> {
  readonly domain: SigningDomain;
  readonly value: Value;
  readonly digest: string;
}

type ApprovalFields = Omit<Approval, "id"> & { readonly jobId: Hex };

const ASKS = vectorsOf<Ask>(ASK_STRUCT);
const BIDS = vectorsOf<Bid>(BID_STRUCT);
const APPROVALS = vectorsOf<ApprovalFields>(APPROVAL_STRUCT);
const RECEIPTS = vectorsOf<WorkReceipt>(RECEIPT_STRUCT);

/** The vectors of a struct, with numbers as `bigint`. */
function vectorsOf<Value>({ name, fields: types }: TypedStruct): Vector<Value>[] {
  return vectors
    .filter(({ struct }) => struct === name)
    .map(({ chainId, contract, fields, digest }) => {
      const values = types.map(({ name: field, type }, i) => {
        return [field, type.startsWith("uint") ? BigInt(fields[i]) : fields[i]];
      });
      const domain = { chainId: BigInt(chainId), verifyingContract: contract as Hex };
      return { domain, value: Object.fromEntries(values) as Value, digest };
    });
}

/** An approval as the SDK takes it. */
function approvalOf({ jobId, ...rest }: ApprovalFields): Approval {
  return { id: BigInt(jobId), ...rest };
}

const digestsOf = (list: readonly Vector<unknown>[]) => list.map(({ digest }) => digest);

/*
Digests of typed data
├── given 1,000 random orders, approvals and receipts
│  ├── the SDK computes the digests of the vectors
│  └── Solidity computes the digests of the vectors
└── given the domain of a deployment
   ├── the order book computes the SDK's digests of asks and bids
   └── the escrow computes the SDK's digests of approvals
*/
describe("digests of typed data", () => {
  context("given 1,000 random orders, approvals and receipts", () => {
    it("the SDK computes the digests of the vectors", () => {
      expect(vectors.length).to.be.at.least(1_000);
      const digests = [
        ...ASKS.map(({ domain, value }) => askDigest(domain, value)),
        ...BIDS.map(({ domain, value }) => bidDigest(domain, value)),
        ...APPROVALS.map(({ domain, value }) => approvalDigest(domain, approvalOf(value))),
        ...RECEIPTS.map(({ domain, value }) => receiptDigest(domain, value)),
      ];
      expect(digests).to.have.length(vectors.length);
      expect(digests).to.deep.equal(digestsOf([...ASKS, ...BIDS, ...APPROVALS, ...RECEIPTS]));
    });

    it("Solidity computes the digests of the vectors", async () => {
      const harness = await ethers.deployContract("DigestHarness");
      const split = <Value>(list: readonly Vector<Value>[]): [SigningDomain[], Value[]] => [
        list.map(({ domain }) => domain),
        list.map(({ value }) => value),
      ];
      expect(await harness.askDigests(...split(ASKS))).to.deep.equal(digestsOf(ASKS));
      expect(await harness.bidDigests(...split(BIDS))).to.deep.equal(digestsOf(BIDS));
      expect(await harness.approvalDigests(...split(APPROVALS))).to.deep.equal(
        digestsOf(APPROVALS),
      );
      expect(await harness.receiptDigests(...split(RECEIPTS))).to.deep.equal(digestsOf(RECEIPTS));
    });
  });

  context("given the domain of a deployment", () => {
    it("the order book computes the SDK's digests of asks and bids", async () => {
      const { client } = await loadFixture(deploySdkMarket);
      const domain = await orderDomainOf(client);
      for (const { value } of ASKS) {
        expect(await client.orderBook.askDigest(value)).to.equal(askDigest(domain, value));
      }
      for (const { value } of BIDS) {
        expect(await client.orderBook.bidDigest(value)).to.equal(bidDigest(domain, value));
      }
    });

    it("the escrow computes the SDK's digests of approvals", async () => {
      const { client } = await loadFixture(deploySdkMarket);
      const domain = await escrowDomainOf(client);
      for (const { value } of APPROVALS) {
        const { id, outputRoot, units } = approvalOf(value);
        expect(await client.jobEscrow.approvalDigest(id, outputRoot, units)).to.equal(
          approvalDigest(domain, { id, outputRoot, units }),
        );
      }
    });
  });
});
