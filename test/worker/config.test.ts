import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { expectError } from "./support/rejection";
import { useTemporaryDirectory } from "./support/temporary";
import { parseAddressBook } from "../../deploy/addresses";
import { loadConfig, parseConfig } from "../../worker/src/config/load";

const ADDRESS = "0x00000000000000000000000000000000000000aa";
const ADDRESSES = {
  ledger: ADDRESS,
  jobEscrow: ADDRESS,
  optimisticVerifier: ADDRESS,
  stakeVaultFactory: ADDRESS,
  loanBook: ADDRESS,
  dataDaoFactory: ADDRESS,
  orderBook: ADDRESS,
  gpuRegistry: ADDRESS,
  modelRegistry: ADDRESS,
  accessManager: ADDRESS,
  timelock: ADDRESS,
  ergonToken: ADDRESS,
  governor: ADDRESS,
};
const ID = `0x${"ab".repeat(32)}`;
const VALID = {
  rpcUrl: "http://127.0.0.1:8545",
  addresses: ADDRESSES,
  keystore: "key.json",
  dataDir: "data",
  gpuId: "7",
  models: [{ file: "digits.model", prices: { [ADDRESS]: "1000" } }],
  policy: { verifiers: [ADDRESS] },
};

describe("worker configuration", () => {
  const directory = useTemporaryDirectory();

  function write(value: unknown): string {
    const file = join(directory(), "worker.json");
    writeFileSync(file, typeof value === "string" ? value : JSON.stringify(value));
    return file;
  }

  describe("loadConfig", () => {
    context("given a valid file", () => {
      it("sets defaults, amounts and paths relative to the file", () => {
        const config = loadConfig(write(VALID));
        expect(config.gpuId).to.equal(7n);
        expect(config.models[0].prices).to.deep.equal({ [ADDRESS]: 1000n });
        expect(config.keystore).to.equal(join(directory(), "key.json"));
        expect(config.models[0].file).to.equal(join(directory(), "digits.model"));
        expect(config.confirmations).to.equal(2);
        expect(config.fees.maxFeePerGasGwei).to.equal(200_000_000_000n);
        expect(config.inputs.hosts).to.deep.equal([]);
        expect(config.execution).to.deep.equal({
          executor: "auto",
          gpus: [{ environment: {} }],
          threads: 2,
          unitsPerStep: 16,
        });
        expect(config.telemetry).to.deep.equal({ command: "nvidia-smi", seconds: 10 });
      });

      it("takes a command for figures of GPUs by its path from the file, or by its name", () => {
        for (const [command, found] of [
          ["./figures", join(directory(), "figures")],
          ["/opt/figures", "/opt/figures"],
          ["figures", "figures"],
        ]) {
          const config = loadConfig(write({ ...VALID, telemetry: { command } }));
          expect(config.telemetry.command).to.equal(found);
        }
      });

      it("bounds the fetching of models like that of inputs, but for files of models", () => {
        const places = { fileRoots: ["models"], hosts: ["a.example:1"], networks: ["10.0.0.0/8"] };
        const { inputs, weights } = loadConfig(
          write({ ...VALID, inputs: places, weights: places }),
        );
        expect(inputs.fileRoots).to.deep.equal([join(directory(), "models")]);
        expect(inputs).to.include({ maxBytes: 2 ** 26, timeoutSeconds: 60 });
        expect(weights).to.deep.equal({ ...inputs, maxBytes: 2 ** 30, timeoutSeconds: 600 });
        expect(loadConfig(write(VALID)).weights.hosts).to.deep.equal([]);
      });

      it("takes a model by its id, in lower case, in the place of a file", () => {
        const models = [{ id: ID.replace("ab", "AB"), prices: {} }];
        const [model] = loadConfig(write({ ...VALID, models })).models;
        expect(model).to.include({ id: ID, file: undefined });
      });

      it("lets flags take the place of fields, and leaves the others", () => {
        const file = write({ ...VALID, http: { host: "127.0.0.2", port: 1 } });
        const config = loadConfig(file, { rpcUrl: "https://node.example", httpPort: 0 });
        expect(config.rpcUrl).to.equal("https://node.example");
        expect(config.http.port).to.equal(0);
        expect(config.http.host).to.equal("127.0.0.2");
      });

      it("reads the addresses from an address book", async () => {
        const contracts = { ...ADDRESSES, tensorStep: ADDRESS, token: ADDRESS };
        const book = { chainId: 31_337, fromBlock: 0, contracts };
        writeFileSync(join(directory(), "book.json"), JSON.stringify(parseAddressBook(book)));
        const config = loadConfig(write({ ...VALID, addresses: "book.json" }));
        expect(config.addresses).to.deep.equal(ADDRESSES);
        const load = (): unknown => loadConfig(write({ ...VALID, addresses: "none.json" }));
        await expectError(load, "ConfigError", "FILE");
      });

      it("validates flags like fields", () =>
        expectError(() => loadConfig(write(VALID), { rpcUrl: "ftp://x" }), "ConfigError", "FIELD"));
    });

    context("given no file", () => {
      it("throws FILE and names it", async () => {
        const load = (): unknown => loadConfig(join(directory(), "none.json"));
        const { message } = await expectError(load, "ConfigError", "FILE");
        expect(message).to.contain("none.json cannot be read; check its path");
      });
    });

    context("given text that is not a JSON object", () => {
      for (const text of ["{", "[]", "3", "null", '"x"']) {
        it(`throws JSON for ${text}`, () =>
          expectError(() => loadConfig(write(text)), "ConfigError", "JSON"));
      }
    });
  });

  describe("parseConfig", () => {
    const cases: [string, object, string][] = [
      ["a field is missing", { keystore: undefined }, "keystore: is missing; add it: write a path"],
      ["an object is missing", { policy: undefined }, "policy: is missing; add it"],
      ["a field is unknown", { colour: 1 }, "colour: no such field; check the spelling or remove"],
      ["an inner field is unknown", { http: { prot: 1 } }, "http: prot: no such field"],
      ["a URL is none", { rpcUrl: "localhost" }, "rpcUrl: write a URL that starts with http"],
      ["an address is short", { provider: "0x12" }, "provider: write an address as 0x and 40"],
      [
        "a checksum is wrong",
        { provider: "0xF39fd6e51aad88F6F4ce6aB8827279cffFb92266" },
        "provider: its checksum is wrong",
      ],
      ["an id is a number", { gpuId: 7 }, "gpuId: write the token id of the GPU as a string"],
      ["there is no model", { models: [] }, "models: offer at least one model"],
      [
        "a price is not digits",
        { models: [{ file: "m", prices: { [ADDRESS]: "1.5" } }] },
        `models[0].prices.${ADDRESS}: write an amount as digits only`,
      ],
      [
        "a model is named in both ways",
        { models: [{ file: "m", id: ID, prices: {} }] },
        "models[0]: name the model by its file or by its id in the registry, by one of both",
      ],
      [
        "a model is not named",
        { models: [{ prices: {} }] },
        "models[0]: name the model by its file or by its id in the registry, by one of both",
      ],
      [
        "the id of a model is short",
        { models: [{ id: "0x12", prices: {} }] },
        "models[0].id: write the id of a model as 0x and 64 hexadecimal digits",
      ],
      [
        "a model may be larger than a file is read",
        { weights: { maxBytes: 2 ** 31 } },
        "weights.maxBytes: write a whole number of bytes from 1024 to 2147483647",
      ],
      ["there is no verifier", { policy: { verifiers: [] } }, "policy.verifiers: name at least"],
      ["a network is none", { inputs: { networks: ["x"] } }, "inputs.networks[0]: write a network"],
      ["a host has a path", { inputs: { hosts: ["a.b/c"] } }, "inputs.hosts[0]: write a host"],
      ["a host has a scheme", { inputs: { hosts: ["http://a"] } }, "inputs.hosts[0]: write a host"],
      ["a number is too small", { confirmations: 0 }, "confirmations: write a whole number of blo"],
      ["a number is not whole", { confirmations: 1.5 }, "confirmations: write a whole number of b"],
      ["a number is a string", { http: { port: "80" } }, "http.port: write a whole number of a po"],
      [
        "an executor is unknown",
        { execution: { executor: "cuda" } },
        'executor: write "auto", "wa',
      ],
      ["there is no GPU", { execution: { gpus: [] } }, "execution.gpus: name at least one GPU"],
      [
        "an adapter has no name",
        { execution: { gpus: [{}, { adapter: "" }] } },
        "execution.gpus[1].adapter: write a part of the adapter's name, or remove it",
      ],
      [
        "a variable is a number",
        { execution: { gpus: [{ environment: { DRI_PRIME: 1 } }] } },
        "execution.gpus[0].environment.DRI_PRIME: write the value of a variable as a string",
      ],
      [
        "a variable has no such name",
        { execution: { gpus: [{ environment: { "DRI-PRIME": "1" } }] } },
        "execution.gpus[0].environment.DRI-PRIME: write variables by their names",
      ],
      ["a command is empty", { telemetry: { command: "" } }, "telemetry.command: write a command"],
      ["a level is unknown", { logLevel: "loud" }, "logLevel: write debug, info, warn or error"],
    ];
    for (const [what, change, message] of cases) {
      it(`throws FIELD and names the field when ${what}`, async () => {
        const parse = (): unknown => parseConfig({ ...VALID, ...change });
        const error = await expectError(parse, "ConfigError", "FIELD");
        expect(error.message).to.contain(message);
      });
    }

    it("names every field at fault at once", async () => {
      const parse = (): unknown => parseConfig({ ...VALID, gpuId: 1, logLevel: "x" });
      const { message } = await expectError(parse, "ConfigError", "FIELD");
      expect(message.split("\n")).to.have.length(2);
    });

    for (const field of ["privateKey", "private_key", "mnemonic", "password", "seedPhrase"]) {
      it(`refuses ${field} without repeating its value`, async () => {
        const parse = (): unknown => parseConfig({ ...VALID, http: { [field]: "0xdeadbeef" } });
        const { message } = await expectError(parse, "ConfigError", "FIELD");
        expect(message).to.contain(`http.${field}: remove it`).and.not.contain("deadbeef");
      });
    }
  });
});
