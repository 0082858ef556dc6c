import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { useMarket } from "../../shared/jobs";
import { createRandom } from "../../shared/random";
import {
  DEPOSIT,
  JUNIOR,
  addJunior,
  booksOf,
  deployVault,
  openVaultJob,
  settleVaultJob,
  slashVaultJob,
} from "../../shared/vaults";

/*
IStakeVault that has earned and lost
└── over 1,000 random round trips nobody gets more out than went in
*/
describe("StakeVault that has earned and lost", () => {
  const the = useMarket(deployVault);

  it("over 1,000 random round trips nobody gets more out than went in", async () => {
    const { vault } = the();
    await settleVaultJob(the(), await openVaultJob(the()));
    await vault.rebalance();
    await time.increase(8n * 86_400n);
    await addJunior(the(), JUNIOR);
    await slashVaultJob(the(), await openVaultJob(the()));
    await vault.rebalance();
    expect((await booksOf(the())).assets).to.not.equal(DEPOSIT);
    const random = createRandom(4626);
    for (let i = 0; i < 1_000; i++) {
      const assets = BigInt(random.int(1, 10 ** (1 + (i % 9))));
      const shares = await vault.previewDeposit(assets);
      expect(await vault.convertToAssets(shares)).to.be.at.most(assets);
      expect(await vault.previewMint(shares)).to.be.at.most(assets);
      expect(await vault.previewDeposit(await vault.previewMint(assets))).to.be.at.least(assets);
    }
  });
});
