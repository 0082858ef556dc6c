import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { memoryLog } from "./support/log";
import { INCREMENT, INCREMENT_ID } from "./support/model";
import { expectError } from "./support/rejection";
import { useTemporaryDirectory } from "./support/temporary";
import { DocumentServer, dripping, endless, whole } from "../journeys/support/documents";
import { parseNetwork } from "../../worker/src/fetch/addresses";
import type { Network } from "../../worker/src/fetch/addresses";
import { Fetcher } from "../../worker/src/fetch/fetcher";
import { ModelStore } from "../../worker/src/modelStore";
import type { StoredModel } from "../../worker/src/modelStore";
import { ProgramBuilder, encodeModel, modelId, tensor } from "../../tensor/src/index";

const BYTES = Buffer.from(encodeModel(INCREMENT));
const OTHER = otherModel();
const OTHER_ID = modelId(OTHER.program);
const LOCAL = parseNetwork("127.0.0.0/8") as Network;
const LIMITS = { maxBytes: 4_096, timeoutMs: 5_000 };

/** A model that adds two. */
function otherModel(): typeof INCREMENT {
  const builder = new ProgramBuilder();
  const input = builder.input("input", "i8", 1, 4);
  const two = builder.constant("two", tensor("i8", 1, 1, [2]));
  builder.map.add("output", input, two, { dtype: "i8" });
  return builder.build();
}

/*
ModelStore.get
├── given nothing kept, it fetches the model from where its card says, and keeps the file alone
├── given a kept file, it asks neither the chain nor a host, whatever the card says by now
├── given a kept file that is damaged, or another model's, it fetches the model again and keeps that
├── given a file that a crash left unfinished, it removes that when it keeps a model
├── given an aborted signal, it ends with what the signal says, and keeps nothing
├── it takes a file: URI below a root that the operator named
└── it throws MODEL with what to do, and keeps nothing, given
    ├── no URI, a relative path, a long URI, blob:, another scheme, file: without a root
    ├── a host, a port or an address that the operator did not name, or a user name
    ├── a redirect, a missing document, an error of the server, a host that does not listen
    ├── a host that is too slow, a file that is too large or never ends
    └── bytes that are no model, cut off, followed by more, changed, or another model's
*/
describe("ModelStore", () => {
  const directory = useTemporaryDirectory();
  const server = new DocumentServer();
  let log = memoryLog();
  let fetchers: Fetcher[] = [];
  let card: string | undefined;
  before(() => server.open());
  after(() => server.close());
  beforeEach(() => {
    log = memoryLog();
    card = server.serve("model", whole(BYTES));
  });
  afterEach(async () => {
    await Promise.all(fetchers.map((fetcher) => fetcher.close()));
    fetchers = [];
  });

  interface Bounds {
    readonly fileRoots?: readonly string[];
    readonly hosts?: readonly string[];
    readonly networks?: readonly Network[];
    readonly limits?: typeof LIMITS;
  }

  /** A store whose market knows the card; without one, it is asked nothing. */
  function storeOf({ limits = LIMITS, ...places }: Bounds = {}): ModelStore {
    const hosts = [server.host, "127.0.0.1:1"];
    const policy = { section: "weights", fileRoots: [], hosts, networks: [LOCAL] } as const;
    const fetcher = new Fetcher({ ...policy, ...places }, limits);
    fetchers.push(fetcher);
    const market = {
      weightsUri: async () => {
        if (card === undefined) throw new Error("the chain was asked");
        return card;
      },
    };
    return new ModelStore(models(), { market, fetcher, log });
  }

  const models = (): string => join(directory(), "models");
  const file = (): string => join(models(), `${INCREMENT_ID}.ergon`);
  const get = (bounds?: Bounds, { signal } = new AbortController()): Promise<StoredModel> =>
    storeOf(bounds).get(INCREMENT_ID, signal);

  function keep(bytes: Uint8Array): void {
    mkdirSync(models());
    writeFileSync(file(), bytes);
  }

  it("given nothing kept, fetches the model from where its card says, and keeps the file alone", async () => {
    const { file: kept, model } = await get();
    expect(kept).to.equal(file());
    expect(modelId(model.program)).to.equal(INCREMENT_ID);
    expect(readFileSync(file()).equals(BYTES)).to.equal(true);
    expect(readdirSync(models())).to.deep.equal([`${INCREMENT_ID}.ergon`]);
  });

  it("given a kept file, asks neither the chain nor a host, whatever the card says by now", async () => {
    await get();
    card = server.serve("model", whole(encodeModel(OTHER)));
    expect(modelId((await get()).model.program)).to.equal(INCREMENT_ID);
    card = undefined;
    expect((await get({ hosts: [] })).file).to.equal(file());
  });

  const damages: readonly (readonly [string, Uint8Array])[] = [
    ["empty", new Uint8Array()],
    ["cut off", BYTES.subarray(0, -1)],
    ["changed", BYTES.with(-1, 7)],
    ["another model's", encodeModel(OTHER)],
  ];
  for (const [what, bytes] of damages) {
    it(`given a kept file that is ${what}, fetches the model again and keeps that`, async () => {
      keep(bytes);
      const { model } = await get();
      expect(modelId(model.program)).to.equal(INCREMENT_ID);
      expect(readFileSync(file()).equals(BYTES)).to.equal(true);
      expect(log.lines.join()).to.contain("model file is damaged");
    });
  }

  it("given a file that a crash left unfinished, removes that when it keeps a model", async () => {
    mkdirSync(models());
    writeFileSync(join(models(), `${INCREMENT_ID}.ergon.1.tmp`), BYTES.subarray(0, 9));
    await get();
    expect(readdirSync(models())).to.deep.equal([`${INCREMENT_ID}.ergon`]);
  });

  it("given an aborted signal, ends with what the signal says, and keeps nothing", async () => {
    const controller = new AbortController();
    card = server.serve("silent", () => controller.abort());
    const reason = await get({}, controller).catch((error: unknown) => error);
    expect(reason).to.equal(controller.signal.reason);
    expect(readdirSync(directory())).to.deep.equal([]);
  });

  it("takes a file: URI below a root that the operator named", async () => {
    const path = join(directory(), "increment.ergon");
    writeFileSync(path, BYTES);
    card = pathToFileURL(path).href;
    expect((await get({ fileRoots: [directory()] })).file).to.equal(file());
  });

  const byFile = "get the model elsewhere and name it by models[].file";

  /** Expects MODEL, with what the card names, the reason and the advice, and that nothing is kept. */
  async function refused(reason: string, advice?: string, bounds?: Bounds): Promise<void> {
    const { message } = await expectError(() => get(bounds), "ConfigError", "MODEL");
    expect(message).to.contain(`model ${INCREMENT_ID}: its card names ${card?.slice(0, 200)}: `);
    expect(message).to.contain(reason);
    const steps = advice === undefined ? byFile : `${advice}, or ${byFile}`;
    expect(message.endsWith(`; ${steps}`), message).to.equal(true);
    expect(readdirSync(directory())).to.deep.equal([]);
  }

  describe("throws MODEL with what to do, and keeps nothing,", () => {
    it("given no URI", async () => {
      card = "";
      const { message } = await expectError(() => get(), "ConfigError", "MODEL");
      expect(message).to.equal(`the card of model ${INCREMENT_ID} names no file; ${byFile}`);
      expect(readdirSync(directory())).to.deep.equal([]);
    });

    const uris: readonly (readonly [string, string, string, string?])[] = [
      ["a relative path", "models/increment.ergon", "not a URI"],
      ["a long URI", `https://a.example/${"x".repeat(3_000)}`, "at most 2048 characters"],
      ["blob:", `blob:0x${"ab".repeat(32)}`, "blob: names a stored list, not a document"],
      ["another scheme", "ipfs://cid/increment", "ipfs: is not one of file:, http:, https:"],
      ["file: without a root", "file:///etc/passwd", "name directories in weights.fileRoots"],
      [
        "a host that the operator did not name",
        "https://models.example/increment",
        "models.example is not one of weights.hosts",
        "name it there if it may be asked",
      ],
      [
        "a port that the operator did not name",
        "http://127.0.0.1:2/increment",
        "127.0.0.1:2 is not one of weights.hosts",
        "name it there if it may be asked",
      ],
      ["a user name", "http://a@127.0.0.1:1/increment", "a URI carries no user name"],
      [
        "a host that does not listen",
        "http://127.0.0.1:1/",
        "127.0.0.1:1 could not be read",
        "try again later",
      ],
    ];
    for (const [what, uri, reason, advice] of uris) {
      it(`given ${what}`, async () => {
        card = uri;
        await refused(reason, advice);
      });
    }

    it("given an address that the operator did not name", () =>
      refused("127.0.0.1 is not public; see weights.networks", undefined, { networks: [] }));

    it("given a redirect, a missing document and an error of the server", async () => {
      for (const [status, reason, advice] of [
        [302, "the answer is a redirect (302), which is not followed"],
        [404, "the answer is 404"],
        [503, "the answer is 503, not 200", "try again later"],
      ] as const) {
        const location = server.serve("elsewhere", whole(BYTES));
        card = server.serve("model", (to) => void to.writeHead(status, { location }).end());
        await refused(reason, advice);
      }
    });

    it("given a host that is too slow", async () => {
      card = server.serve("slow", dripping(10));
      const limits = { ...LIMITS, timeoutMs: 100 };
      await refused("did not answer in time", "raise weights.timeoutSeconds", { limits });
    });

    it("given a file that is too large, or never ends", async () => {
      const limits = { ...LIMITS, maxBytes: BYTES.length - 1 };
      const reason = `the document has more than ${limits.maxBytes} bytes`;
      await refused(reason, "raise weights.maxBytes", { limits });
      card = server.serve("endless", endless());
      await refused(reason, "raise weights.maxBytes", { limits });
    });

    const files: readonly (readonly [string, Uint8Array, string])[] = [
      ["bytes that are no model", Buffer.from("<html></html>"), "no model of version 1"],
      ["a file that is cut off", BYTES.subarray(0, -1), "the file ends before this constant does"],
      ["a file with more at its end", Buffer.concat([BYTES, BYTES]), "follow the last constant"],
      ["a constant that was changed", BYTES.with(-1, 7), "its data has root"],
      ["another model's file", encodeModel(OTHER), `the file is model ${OTHER_ID}`],
    ];
    for (const [what, bytes, reason] of files) {
      it(`given ${what}`, async () => {
        card = server.serve("model", whole(bytes));
        await refused(reason);
      });
    }
  });
});
