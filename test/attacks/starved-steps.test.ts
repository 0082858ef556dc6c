import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { toQuantity } from "ethers";
import { ethers } from "hardhat";
import { moveCall } from "../../sdk/src/index";
import { gamesFixture } from "../verification/Games/fixture";

const [FROM, TO, STEP] = [40_000, 220_000, 500];

/*
A step that is given too little gas
└── it fails without a word, and neither decides the game nor blames the witness
*/
describe("A step that is given too little gas", () => {
  it("fails without a word, and neither decides the game nor blames the witness", async () => {
    const the = await loadFixture(gamesFixture);
    const { sender, move, ...position } = the.games.inTensor;
    const { to, data } = moveCall(the.addresses, position, move);
    const answers: string[] = [];
    for (let gas = FROM; gas < TO; gas += STEP) {
      answers.push(await answerTo({ from: sender.address, to, data, gas: toQuantity(gas) }));
    }
    const first = answers.indexOf("0x");
    expect(new Set(answers.slice(0, first))).to.deep.equal(new Set([""]));
    expect(new Set(answers.slice(first))).to.deep.equal(new Set(["0x"]));
  });
});

/** What a call returns; nothing if it fails and gives no data. */
async function answerTo(call: Readonly<Record<string, string>>): Promise<string> {
  try {
    return (await ethers.provider.send("eth_call", [call, "latest"])) as string;
  } catch (error) {
    // Hardhat wraps the data of a call that ran out of gas once more
    const { data } = error as { readonly data?: string | { readonly data: string } | null };
    const said = (typeof data === "object" ? data?.data : data) ?? "0x";
    return said === "0x" ? "" : said;
  }
}
