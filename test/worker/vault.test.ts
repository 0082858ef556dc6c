import { expect } from "chai";
import { ethers } from "hardhat";

import { asAddress } from "../../sdk/src/index";
import { escrowMarket } from "../../worker/src/chain/escrowMarket";
import { askOf, bidOf, signBid } from "../shared/market";
import { useMarket } from "../shared/jobs";
import {
  DEPOSIT,
  JUNIOR,
  deployVault,
  expireVaultJob,
  openVaultJob,
  vaultAsk,
} from "../shared/vaults";
import { clientOf } from "../sdk/support";

/*
a worker whose provider is a vault, with the key of its operator
├── it can bond what is free of the vault's stake, and nothing while the stake is suspended
├── it bonds at least ten times the price
└── its fills open jobs of the vault
a worker whose provider gave it no stake
└── it can bond the provider's claims, at the least bond of the terms
*/
describe("a worker whose provider is a vault, with the key of its operator", () => {
  const the = useMarket(deployVault);

  async function market() {
    const { chainId } = await ethers.provider.getNetwork();
    const { vault, operator } = the();
    const provider = asAddress(await vault.getAddress());
    const place = { provider, worker: asAddress(operator.address), chainId };
    return escrowMarket(clientOf(the(), operator), place);
  }

  it("can bond what is free of the vault's stake, and nothing while the stake is suspended", async () => {
    const { bondable } = await market();
    expect(await bondable(the().tokenAddress)).to.equal(DEPOSIT + JUNIOR);
    const job = await openVaultJob(the());
    expect(await bondable(the().tokenAddress)).to.equal(DEPOSIT + JUNIOR - 400_000n);
    await expireVaultJob(the(), job);
    expect(await bondable(the().tokenAddress)).to.equal(0n);
    await the().vault.rebalance();
    // the junior lost the price and a rent of 3
    expect(await bondable(the().tokenAddress)).to.equal(599_970n);
  });

  it("bonds at least ten times the price", async () => {
    const { leastBond } = await market();
    expect(await leastBond(bidOf(the()))).to.equal(400_000n);
  });

  it("its fills open jobs of the vault", async () => {
    const { fill } = await market();
    const { operator, client, book } = the();
    const bid = bidOf(the(), { nonce: 3n });
    const signature = await signBid(the(), bid, client);
    const ask = askOf(the(), vaultAsk(the()));
    const { to, data } = fill(ask, { bid, signature, inputUri: "" });
    await operator.sendTransaction({ to, data });
    expect(await book.jobCount()).to.equal(1n);
  });
});

describe("a worker whose provider gave it no stake", () => {
  const the = useMarket(deployVault);

  it("can bond the provider's claims, at the least bond of the terms", async () => {
    const { chainId } = await ethers.provider.getNetwork();
    const { provider, worker, delegate, ledger, tokenAddress } = the();
    for (const key of [provider, worker, delegate]) {
      const place = {
        provider: asAddress(provider.address),
        worker: asAddress(key.address),
        chainId,
      };
      const { bondable, leastBond } = escrowMarket(clientOf(the(), key), place);
      const claims = await ledger.balanceOf(provider, BigInt(tokenAddress));
      expect(await bondable(tokenAddress)).to.equal(claims);
      expect(await leastBond(bidOf(the()))).to.equal(80_000n);
    }
  });
});
