import { expect } from "chai";
import { PROVIDER, address, word } from "../support/fixtures";
import { memoryLog } from "../support/log";
import { inlineRunner, inputsOf } from "../support/model";
import { encodeIds } from "../../../worker/src/engine/lists";
import { FetchError } from "../../../worker/src/fetch/errors";
import { Sources } from "../../../worker/src/watch/sources";
import type { SourcePlaces } from "../../../worker/src/watch/sources";
import { encodeTensor, listRoot, tensorId } from "../../../tensor/src/index";

const IDS = [word(1), word(2), word(3)];
const ROOT = listRoot(IDS);
const [INPUT, OTHER] = inputsOf(2).tensors;
const ID = tensorId(INPUT);
const PLACES: SourcePlaces = {
  sources: [
    { url: "http://other.example", provider: address("e") },
    { url: "http://first.example/", provider: PROVIDER },
    { url: "http://second.example/copy" },
  ],
  inputUris: ["http://data.example/{inputRoot}.bin", "file:///data/{inputRoot}"],
};

describe("watch Sources", () => {
  const signal = new AbortController().signal;
  let files: Map<string, Uint8Array>;
  let asked: string[];

  beforeEach(() => {
    [files, asked] = [new Map(), []];
  });

  function sources(): Sources {
    const fetch = async (uri: string): Promise<Uint8Array> => {
      asked.push(uri);
      const file = files.get(uri);
      if (file === undefined) throw new FetchError("NOT_FOUND", "404");
      return file;
    };
    return new Sources(PLACES, { fetch }, inlineRunner(), memoryLog());
  }

  it("asks the sources of the provider and those of everybody, in order", async () => {
    expect(await sources().list(ROOT, 3, PROVIDER, signal)).to.equal(undefined);
    expect(asked).to.deep.equal([
      `http://first.example/lists/${ROOT}`,
      `http://second.example/copy/lists/${ROOT}`,
    ]);
  });

  it("takes a list with the right root and length only", async () => {
    const [first, second] = ["http://first.example", "http://second.example/copy"];
    files.set(`${first}/lists/${ROOT}`, encodeIds([...IDS].reverse()));
    files.set(`${second}/lists/${ROOT}`, encodeIds([...IDS, word(0)]));
    expect(await sources().list(ROOT, 3, PROVIDER, signal)).to.equal(undefined);
    files.set(`${first}/lists/${ROOT}`, new Uint8Array(5));
    files.set(`${second}/lists/${ROOT}`, encodeIds(IDS));
    expect(await sources().list(ROOT, 3, PROVIDER, signal)).to.deep.equal(IDS);
  });

  it("takes a tensor with the right id only", async () => {
    const [first, second] = ["http://first.example", "http://second.example/copy"];
    files.set(`${first}/blobs/${ID}`, encodeTensor(OTHER));
    files.set(`${second}/blobs/${ID}`, new Uint8Array(7));
    expect(await sources().tensor(ID, PROVIDER, signal)).to.equal(undefined);
    files.set(`${second}/blobs/${ID}`, encodeTensor(INPUT));
    const found = await sources().tensor(ID, PROVIDER, signal);
    expect(found).to.deep.equal(encodeTensor(INPUT));
  });

  it("gives the documents that it finds at the URIs", async () => {
    files.set(`file:///data/${ROOT}`, new Uint8Array([1]));
    const found: Uint8Array[] = [];
    for await (const document of sources().documents(ROOT, signal)) found.push(document);
    expect(found).to.deep.equal([new Uint8Array([1])]);
    expect(asked[0]).to.equal(`http://data.example/${ROOT}.bin`);
  });
});
