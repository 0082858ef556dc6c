import { loadFixture, mine } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { Transaction, Wallet, ZeroHash, dataLength, id } from "ethers";
import {
  abi,
  createErgonClient,
  getModel,
  isModelRegistered,
  registerGpu,
  registerModel,
} from "../../sdk/src/index";
import { inputHeader, modelId, outputHeader } from "../../tensor/src/index";
import { convolutionalProgram, programWords } from "../shared/programs";
import { expectError } from "../worker/support/rejection";
import { clientOf, deploySdkMarket } from "./support";
import type { ModelOutcome } from "../../sdk/src/index";
import type { Hex, Program, ProgramNode } from "../../tensor/src/index";

const CARD = { uri: "https://cards.example/1", digest: id("card") as Hex, weightsUri: "" };

/** Most bytes of a transaction that common nodes take, and of a call in it. */
const NODE_LIMIT = 128 * 1_024;
const CALL_BYTES = NODE_LIMIT - 1_024;

/** `count` constants, and as many nodes that each read one of them, far from the one before. */
function scatteredProgram(count: number): Program {
  const shape = { dtype: "i8", rows: 1, cols: 1 } as const;
  const root = ZeroHash as Hex;
  const constants = Array.from({ length: count }, (): ProgramNode => ({
    op: "const",
    ...shape,
    root,
  }));
  const sums = constants.map((_, i): ProgramNode => {
    const a = i === 0 ? 0 : count + i;
    return { op: "map", fn: "add", ...shape, a, b: 1 + ((i * 769) % count), shift: 0 };
  });
  return { nodes: [{ op: "input", ...shape }, ...constants, ...sums] };
}

async function registries() {
  const { market } = await deploySdkMarket();
  const [gpuRegistry, modelRegistry] = await Promise.all(
    ["GpuRegistry", "ModelRegistry"].map(async (name) => {
      const contract = await ethers.deployContract(name);
      return (await contract.getAddress()) as Hex;
    }),
  );
  const addresses = { ...market.addresses, gpuRegistry, modelRegistry };
  return { client: clientOf({ ...market, addresses }, market.provider) };
}

/*
getModel
├── it gives author, nodes, headers and the card of the registration
├── it gives the last of several cards, also of one block and far back in small ranges
├── it gives the card as of a block
├── it reads a card that is not UTF-8, with a sign in the place of what is not
├── it throws ModelRegistryModelUnknown given an id that is not registered
└── it throws RPC, to be tried again, given a client that begins after the last card
*/
describe("sdk registries", () => {
  describe("registerGpu", () => {
    const device = new Wallet(id("device"));
    const gpu = { device, hardwareClass: "h200", memoryMiB: 144_384n, uri: "ipfs://gpu" };

    it("registers a GPU under its device's address, operated by the caller", async () => {
      const { client } = await loadFixture(registries);
      const { gpuId } = await registerGpu(client, gpu);
      expect(gpuId).to.equal(BigInt(device.address));
      const operator = await client.gpuRegistry.operatorOf(gpuId);
      expect(operator).to.equal(await client.signer?.getAddress());
      const { hardwareClass, memoryMiB } = await client.gpuRegistry.gpuOf(gpuId);
      expect(ethers.decodeBytes32String(hardwareClass)).to.equal("h200");
      expect(memoryMiB).to.equal(144_384n);
      expect(await client.gpuRegistry.tokenURI(gpuId)).to.equal("ipfs://gpu");
    });

    it("throws GpuRegistryDeviceTaken for a device that is registered", async () => {
      const { client } = await loadFixture(registries);
      await registerGpu(client, gpu);
      const error = await expectError(() => registerGpu(client, gpu), "ErgonRevertError", "REVERT");
      expect(error).to.include({ errorName: "GpuRegistryDeviceTaken" });
      expect(error).to.have.deep.property("args", { device: device.address });
    });

    it("throws INPUT for a class of more than 31 characters", async () => {
      const { client } = await loadFixture(registries);
      const long = { ...gpu, hardwareClass: "x".repeat(32) };
      await expectError(() => registerGpu(client, long), "InputError", "INPUT");
    });
  });

  describe("registerModel", () => {
    // 257 nodes reach into a second page of shapes
    for (const [nodes, nodesPerCall, calls] of [
      [40, 40, 1],
      [41, 40, 2],
      [600, 256, 3],
      [600, 100, 6],
    ]) {
      it(`registers ${nodes} nodes, ${nodesPerCall} a call, in ${calls} transactions`, async () => {
        const { client } = await loadFixture(registries);
        const program = convolutionalProgram(nodes);
        const outcome = await registerModel(client, { program, card: CARD, nodesPerCall });
        expect(outcome.modelId).to.equal(modelId(program));
        expect(outcome.transactions).to.have.length(calls);
        expect(await isModelRegistered(client, outcome.modelId)).to.equal(true);
        const model = await client.modelRegistry.modelOf(outcome.modelId);
        expect(model.author).to.equal(await client.signer?.getAddress());
        expect(model.nodes).to.equal(BigInt(nodes));
      });
    }

    context("given as many nodes a call as fit", () => {
      const bytesOf = (program: Program) =>
        dataLength(abi.modelRegistry.encodeFunctionData("register", [programWords(program), CARD]));

      /** Bytes of the signed transactions of an outcome. */
      const sizesOf = async ({ transactions }: ModelOutcome) =>
        Promise.all(
          transactions.map(async ({ hash }) => {
            const sent = await ethers.provider.getTransaction(hash);
            return dataLength(Transaction.from(sent ?? {}).serialized);
          }),
        );

      it("fills a transaction that common nodes take, and starts a second one with the next node", async () => {
        const { client } = await loadFixture(registries);
        const overhead = bytesOf(convolutionalProgram(40)) - 40 * 128;
        const most = Math.floor((CALL_BYTES - overhead) / 128);
        for (const [nodes, calls] of [
          [most, 1],
          [most + 1, 2],
        ]) {
          const program = convolutionalProgram(nodes);
          const outcome = await registerModel(client, { program, card: CARD });
          const sizes = await sizesOf(outcome);
          expect(sizes).to.have.length(calls);
          expect(sizes[0]).to.be.within(CALL_BYTES - 128, NODE_LIMIT);
          expect(await isModelRegistered(client, modelId(program))).to.equal(true);
        }
      });

      it("leaves room for the pages of shapes that scattered operands open", async () => {
        const { client } = await loadFixture(registries);
        const program = scatteredProgram(700);
        const outcome = await registerModel(client, { program, card: CARD });
        const sizes = await sizesOf(outcome);
        expect(Math.max(...sizes)).to.be.at.most(NODE_LIMIT);
        expect(await isModelRegistered(client, modelId(program))).to.equal(true);
      });

      it("needs a transaction more for a card that does not fit with the last node", async () => {
        const { client } = await loadFixture(registries);
        const program = convolutionalProgram(40);
        const card = { ...CARD, uri: "x".repeat(CALL_BYTES - 4_096) };
        const outcome = await registerModel(client, { program, card });
        const sizes = await sizesOf(outcome);
        expect(sizes).to.have.length(2);
        expect(Math.max(...sizes)).to.be.at.most(NODE_LIMIT);
      });
    });

    it("throws ModelRegistryModelTaken for a program that is registered", async () => {
      const { client } = await loadFixture(registries);
      const program = convolutionalProgram(40);
      await registerModel(client, { program, card: CARD });
      const again = () => registerModel(client, { program, card: CARD });
      const error = await expectError(again, "ErgonRevertError", "REVERT");
      expect(error).to.include({ errorName: "ModelRegistryModelTaken" });
    });

    it("knows no model that nobody registered", async () => {
      const { client } = await loadFixture(registries);
      expect(await isModelRegistered(client, ZeroHash as Hex)).to.equal(false);
    });
  });

  describe("getModel", () => {
    const program = convolutionalProgram(40);
    const id = modelId(program);
    const cardAt = (weightsUri: string) => ({ ...CARD, weightsUri });

    async function registered() {
      const { client } = await registries();
      await registerModel(client, { program, card: CARD });
      return { client, setCard: client.modelRegistry.setCard };
    }

    it("gives author, nodes, headers and the card of the registration", async () => {
      const { client } = await loadFixture(registered);
      const { programRoot, authoredAt, ...model } = await getModel(client, { id });
      expect(model).to.deep.equal({
        ...{ id, nodes: 40n, card: CARD },
        author: (await client.signer?.getAddress())?.toLowerCase(),
        input: inputHeader(program),
        output: outputHeader(program),
      });
      const stored = await client.modelRegistry.modelOf(id);
      expect(programRoot).to.equal(stored.programRoot);
      expect(authoredAt).to.equal(stored.authoredAt);
    });

    it("gives the last of several cards, also of one block and far back in small ranges", async () => {
      const { client, setCard } = await loadFixture(registered);
      await ethers.provider.send("evm_setAutomine", [false]);
      await setCard(id, cardAt("https://one.example"));
      await setCard(id, cardAt("https://two.example"));
      await ethers.provider.send("evm_mine");
      await ethers.provider.send("evm_setAutomine", [true]);
      await mine(7);
      for (const logRange of [1, 3, 2_000]) {
        const { card } = await getModel({ ...client, logRange }, { id });
        expect(card).to.deep.equal(cardAt("https://two.example"));
      }
    });

    it("gives the card as of a block", async () => {
      const { client, setCard } = await loadFixture(registered);
      const blockNumber = await ethers.provider.getBlockNumber();
      await setCard(id, cardAt("https://later.example"));
      expect((await getModel(client, { id, blockNumber })).card).to.deep.equal(CARD);
      expect((await getModel(client, { id })).card.weightsUri).to.equal("https://later.example");
    });

    it("reads a card that is not UTF-8, with a sign in the place of what is not", async () => {
      const { client } = await loadFixture(registered);
      const { modelRegistry: to } = client.addresses;
      const text = abi.modelRegistry.encodeFunctionData("setCard", [id, cardAt("https://abc")]);
      const data = text.replace("616263", "61ff63");
      await client.signer?.sendTransaction({ to, data });
      expect((await getModel(client, { id })).card.weightsUri).to.equal("https://a\ufffdc");
    });

    it("throws ModelRegistryModelUnknown given an id that is not registered", async () => {
      const { client } = await loadFixture(registered);
      const get = () => getModel(client, { id: ZeroHash as Hex });
      const error = await expectError(get, "ErgonRevertError", "REVERT");
      expect(error).to.include({ errorName: "ModelRegistryModelUnknown" });
    });

    it("throws RPC, to be tried again, given a client that begins after the last card", async () => {
      const { client } = await loadFixture(registered);
      await mine(1);
      const fromBlock = await ethers.provider.getBlockNumber();
      const { provider: runner, addresses } = client;
      const late = createErgonClient({ runner, addresses, fromBlock });
      const error = await expectError(() => getModel(late, { id }), "ErgonError", "RPC");
      expect(error.retryable).to.equal(true);
      expect(error.message).to.contain(`no card of model ${id} since block ${fromBlock}`);
    });
  });
});
