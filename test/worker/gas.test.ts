import { expect } from "chai";
import { expectError } from "./support/rejection";
import { ChainError } from "../../worker/src/chain/errors";
import { gasOf } from "../../worker/src/chain/gas";

const CALL = { to: "0x", data: "0x" } as const;
const STALE = new ChainError("REVERT", "JobsStale");
const DOWN = new ChainError("RPC", "no answer");

/*
gasOf
├── it is the most that the call takes, now or after what is pending
├── given that the call fails only now or only after what is pending, it is what the other takes
├── given that it fails either way, it throws REVERT with the reason that it has now
└── given a node that does not answer, it throws RPC
*/
describe("gasOf", () => {
  const gas = (latest: bigint | ChainError, pending: bigint | ChainError): Promise<bigint> => {
    const answers = { latest, pending };
    const estimateGas = async (_: unknown, at: "latest" | "pending"): Promise<bigint> => {
      const answer = answers[at];
      if (typeof answer !== "bigint") throw answer;
      return answer;
    };
    return gasOf({ estimateGas }, CALL);
  };

  it("is the most that the call takes, now or after what is pending", async () => {
    expect(await gas(5n, 7n)).to.equal(7n);
    expect(await gas(7n, 5n)).to.equal(7n);
  });

  it("is what the other takes, given that the call fails only now or only then", async () => {
    expect(await gas(5n, STALE)).to.equal(5n);
    expect(await gas(STALE, 7n)).to.equal(7n);
  });

  it("throws REVERT with the reason that it has now, given that it fails either way", async () => {
    const then = new ChainError("REVERT", "later");
    const error = await expectError(() => gas(STALE, then), "ChainError", "REVERT");
    expect(error).to.equal(STALE);
  });

  it("throws RPC, given a node that does not answer", async () => {
    await expectError(() => gas(5n, DOWN), "ChainError", "RPC");
    await expectError(() => gas(DOWN, 5n), "ChainError", "RPC");
  });
});
