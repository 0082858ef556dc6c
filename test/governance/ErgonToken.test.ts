import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256, ZeroAddress } from "ethers";
import { ethers } from "hardhat";

/*
ErgonToken
├── constructor
│  ├── it makes what each holder gets, once or more, and no more (GV-4)
│  ├── given no holder, or amounts of zero: it reverts with ErgonTokenNoSupply
│  └── given the zero address: it reverts with ERC20InvalidReceiver
├── it has no function that makes or takes tokens (GV-4)
├── it counts votes by the second
├── a balance votes from the second after it was delegated
├── permit
│  ├── it allows by signature, once
│  └── given a deadline that has passed: it reverts with ERC2612ExpiredSignature
└── delegateBySig delegates by signature
*/
describe("ErgonToken", () => {
  const deploy = (holdings: readonly { holder: string; amount: bigint }[]) =>
    ethers.deployContract("ErgonToken", [[...holdings]]);

  async function tokenFixture() {
    const [, holder, other, stranger] = await ethers.getSigners();
    const token = await deploy([
      { holder: holder.address, amount: 60n },
      { holder: other.address, amount: 30n },
      { holder: holder.address, amount: 10n },
    ]);
    const { chainId } = await ethers.provider.getNetwork();
    const verifyingContract = await token.getAddress();
    const domain = { name: "Ergon", version: "1", chainId, verifyingContract };
    return { token, holder, other, stranger, domain };
  }

  describe("constructor", () => {
    it("makes what each holder gets, once or more, and no more (GV-4)", async () => {
      const { token, holder, other } = await loadFixture(tokenFixture);
      expect(await token.balanceOf(holder)).to.equal(70n);
      expect(await token.balanceOf(other)).to.equal(30n);
      expect(await token.totalSupply()).to.equal(100n);
      expect([await token.name(), await token.symbol()]).to.deep.equal(["Ergon", "ERGON"]);
      expect(await token.decimals()).to.equal(18n);
    });

    it("reverts with ErgonTokenNoSupply, given no holder or amounts of zero", async () => {
      const { token, holder } = await loadFixture(tokenFixture);
      for (const holdings of [[], [{ holder: holder.address, amount: 0n }]]) {
        await expect(deploy(holdings))
          .to.be.revertedWithCustomError(token, "ErgonTokenNoSupply")
          .withArgs();
      }
    });

    it("reverts with ERC20InvalidReceiver, given the zero address", async () => {
      const { token } = await loadFixture(tokenFixture);
      await expect(deploy([{ holder: ZeroAddress, amount: 1n }]))
        .to.be.revertedWithCustomError(token, "ERC20InvalidReceiver")
        .withArgs(ZeroAddress);
    });
  });

  it("has no function that makes or takes tokens (GV-4)", async () => {
    const { token } = await loadFixture(tokenFixture);
    const changing: string[] = [];
    token.interface.forEachFunction((fragment) => {
      if (!fragment.constant) changing.push(fragment.name);
    });
    expect(changing).to.have.members([
      ...["transfer", "transferFrom", "approve", "permit", "delegate", "delegateBySig"],
    ]);
  });

  it("counts votes by the second", async () => {
    const { token } = await loadFixture(tokenFixture);
    expect(await token.CLOCK_MODE()).to.equal("mode=timestamp");
    expect(await token.clock()).to.equal(await time.latest());
  });

  it("lets a balance vote from the second after it was delegated", async () => {
    const { token, holder, other } = await loadFixture(tokenFixture);
    expect(await token.getVotes(holder)).to.equal(0n);
    await expect(token.connect(holder).delegate(other))
      .to.emit(token, "DelegateVotesChanged")
      .withArgs(other.address, 0n, 70n);
    const delegatedAt = await time.latest();
    await time.increase(1n);
    expect(await token.getPastVotes(other, delegatedAt - 1)).to.equal(0n);
    expect(await token.getPastVotes(other, delegatedAt)).to.equal(70n);
    expect(await token.getPastTotalSupply(delegatedAt)).to.equal(100n);
  });

  describe("permit", () => {
    const PERMIT = {
      Permit: [
        ...["owner", "spender"].map((name) => ({ name, type: "address" })),
        ...["value", "nonce", "deadline"].map((name) => ({ name, type: "uint256" })),
      ],
    };

    it("allows by signature, once", async () => {
      const { token, holder, stranger, domain } = await loadFixture(tokenFixture);
      const [owner, spender] = [holder.address, stranger.address];
      const permit = { owner, spender, value: 5n, nonce: 0n, deadline: MaxUint256 };
      const signature = await holder.signTypedData(domain, PERMIT, permit);
      const { v, r, s } = ethers.Signature.from(signature);
      const args = [owner, spender, 5n, MaxUint256, v, r, s] as const;
      await token.permit(...args);
      expect(await token.allowance(owner, spender)).to.equal(5n);
      expect(await token.nonces(owner)).to.equal(1n);
      // the digest is of another nonce now, so another address seems to have signed it
      const again = ethers.TypedDataEncoder.hash(domain, PERMIT, { ...permit, nonce: 1n });
      await expect(token.permit(...args))
        .to.be.revertedWithCustomError(token, "ERC2612InvalidSigner")
        .withArgs(ethers.recoverAddress(again, signature), owner);
    });

    it("reverts with ERC2612ExpiredSignature, given a deadline that has passed", async () => {
      const { token, holder, stranger, domain } = await loadFixture(tokenFixture);
      const [owner, spender] = [holder.address, stranger.address];
      const deadline = BigInt(await time.latest()) + 10n;
      const permit = { owner, spender, value: 5n, nonce: 0n, deadline };
      const signature = await holder.signTypedData(domain, PERMIT, permit);
      const { v, r, s } = ethers.Signature.from(signature);
      await time.setNextBlockTimestamp(deadline + 1n);
      await expect(token.permit(owner, spender, 5n, deadline, v, r, s))
        .to.be.revertedWithCustomError(token, "ERC2612ExpiredSignature")
        .withArgs(deadline);
    });
  });

  it("delegates by signature", async () => {
    const { token, holder, other, stranger, domain } = await loadFixture(tokenFixture);
    const types = {
      Delegation: [
        { name: "delegatee", type: "address" },
        ...["nonce", "expiry"].map((name) => ({ name, type: "uint256" })),
      ],
    };
    const message = { delegatee: other.address, nonce: 0n, expiry: MaxUint256 };
    const { v, r, s } = ethers.Signature.from(await holder.signTypedData(domain, types, message));
    const { delegatee, nonce, expiry } = message;
    await token.connect(stranger).delegateBySig(delegatee, nonce, expiry, v, r, s);
    expect(await token.delegates(holder)).to.equal(delegatee);
    expect(await token.getVotes(other)).to.equal(70n);
  });
});
