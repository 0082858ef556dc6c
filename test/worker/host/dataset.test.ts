import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { expect } from "chai";
import { Wallet } from "ethers";
import { decryptFile } from "../../../sdk/src/index";
import type { HostedFile } from "../../../sdk/src/index";
import { Dataset } from "../../../worker/src/host/dataset";
import { openLevelStore } from "../../../worker/src/journal/store";
import { expectError } from "../support/rejection";
import { useTemporaryDirectory } from "../support/temporary";

const WALLET = new Wallet(`0x${"11".repeat(32)}`);
/** Longer than a chunk of the age format. */
const IMAGES = Buffer.from(Uint8Array.from({ length: 70_000 }, (_, i) => (i * i) % 256));
const LABELS = Buffer.from("1,2,3\n");

/*
Dataset
├── add
│  ├── encrypts the files of a folder for the first key, with a manifest of names, bytes and hashes
│  ├── adds to what is there, and replaces files of the same name
│  ├── writes files and keys that only their owner may read, and no key in the clear
│  ├── reports NAME for a folder, a link, a hidden file and other names, and changes nothing
│  ├── reports SIZE for a byte too many
│  └── reports BUSY (retryable) while another process changes the files
├── prepare
│  ├── makes a key and an empty manifest where there is nothing
│  ├── encrypts all files of the newest epoch for another key, under the same names
│  ├── does nothing for an epoch that is complete
│  ├── given it was interrupted: goes on with the key that was made, and leaves nothing behind
│  ├── given a file that is damaged: reports CORRUPT, and the older epoch stays as it was
│  └── given a key that is gone, or of another account: reports KEY
├── newest ignores an epoch without a manifest
├── manifest reports CORRUPT for one that is damaged, or of another epoch
├── read gives a range, and undefined for a file that is gone
└── forget removes files of older epochs, and no keys
*/
describe("Dataset", () => {
  const directory = useTemporaryDirectory();
  const plain = () => join(directory(), "plain");
  const dataDir = () => join(directory(), "data");
  const inData = (...names: (string | number)[]) => join(dataDir(), ...names.map(String));
  beforeEach(async () => {
    await mkdir(plain());
    await writeFile(join(plain(), "images.bin"), IMAGES);
    await writeFile(join(plain(), "labels.csv"), LABELS);
  });

  const open = (wallet = WALLET, maxFileBytes = 70_000) =>
    Dataset.open({ dataDir: dataDir(), maxFileBytes }, wallet);

  const stored = (epoch: number, { sha256 }: HostedFile) =>
    readFile(inData("files", epoch, sha256));

  const decrypted = async (dataset: Dataset, epoch: number): Promise<Record<string, Buffer>> => {
    const key = (await dataset.key(epoch)) ?? "";
    const files: Record<string, Buffer> = {};
    for (const file of (await dataset.manifest(epoch))?.files ?? []) {
      files[file.name] = await buffer(decryptFile(key, [await stored(epoch, file)]));
    }
    return files;
  };

  const BOTH = { "images.bin.age": IMAGES, "labels.csv.age": LABELS };

  describe("add", () => {
    it("encrypts the files of a folder for the first key, with a manifest of names, bytes and hashes", async () => {
      const dataset = await open();
      const manifest = await dataset.add(plain(), 3);
      expect(manifest.keyEpoch).to.equal(3);
      expect(await dataset.manifest(3)).to.deep.equal(manifest);
      expect(manifest.files.map(({ name }) => name)).to.deep.equal(Object.keys(BOTH));
      for (const file of manifest.files) {
        const bytes = await stored(3, file);
        const sha256 = createHash("sha256").update(bytes).digest("hex");
        expect(file).to.include({ bytes: bytes.length, sha256 });
      }
      expect(await decrypted(dataset, 3)).to.deep.equal(BOTH);
    });

    it("adds to what is there, and replaces files of the same name", async () => {
      const dataset = await open();
      await dataset.add(plain(), 0);
      await rm(join(plain(), "images.bin"));
      await writeFile(join(plain(), "labels.csv"), "4,5,6\n");
      await writeFile(join(plain(), "a"), "");
      await dataset.add(plain(), 0);
      expect(await decrypted(dataset, 0)).to.deep.equal({
        ...{ "a.age": Buffer.alloc(0), "images.bin.age": IMAGES },
        "labels.csv.age": Buffer.from("4,5,6\n"),
      });
      expect(await readdir(inData("files", 0))).to.have.length(4);
    });

    it("writes files and keys that only their owner may read, and no key in the clear", async () => {
      const dataset = await open();
      const { files } = await dataset.add(plain(), 0);
      const paths = [
        ...["keys", "files", "keys/0"].map((name) => inData(name)),
        ...["manifest.json", files[0].sha256].map((name) => inData("files", 0, name)),
      ];
      for (const path of paths) expect((await stat(path)).mode & 0o077, path).to.equal(0);
      const key = await readFile(inData("keys", 0), "utf8");
      expect(key).to.match(/^0x[0-9a-f]{278}\n$/);
    });

    it("reports NAME for a folder, a link, a hidden file and other names, and changes nothing", async () => {
      const dataset = await open();
      const before = await dataset.add(plain(), 0);
      const bad: [string, (path: string) => Promise<unknown>][] = [
        ["folder", (path) => mkdir(path)],
        ["link", (path) => symlink(join(plain(), "labels.csv"), path)],
        [".hidden", (path) => writeFile(path, "")],
        ["a b", (path) => writeFile(path, "")],
        ["..\\x", (path) => writeFile(path, "")],
        ["é", (path) => writeFile(path, "")],
        ["x".repeat(201), (path) => writeFile(path, "")],
      ];
      for (const [name, make] of bad) {
        await make(join(plain(), name));
        const error = await expectError(() => dataset.add(plain(), 0), "DatasetError", "NAME");
        expect(error.message).to.include(name);
        await rm(join(plain(), name), { recursive: true });
      }
      expect(await dataset.manifest(0)).to.deep.equal(before);
    });

    it("reports SIZE for a byte too many", async () => {
      const tight = await open(WALLET, 69_999);
      await expectError(() => tight.add(plain(), 0), "DatasetError", "SIZE");
      expect(await tight.newest()).to.equal(undefined);
    });

    it("reports BUSY (retryable) while another process changes the files", async () => {
      const dataset = await open();
      const lock = await openLevelStore(inData("lock"));
      const error = await expectError(() => dataset.add(plain(), 0), "DatasetError", "BUSY");
      expect(error.retryable).to.equal(true);
      await expectError(() => dataset.prepare(0), "DatasetError", "BUSY");
      await lock.close();
      expect((await dataset.add(plain(), 0)).files).to.have.length(2);
    });
  });

  describe("prepare", () => {
    it("makes a key and an empty manifest where there is nothing", async () => {
      const dataset = await open();
      await dataset.prepare(2);
      expect(await dataset.manifest(2)).to.deep.equal({ keyEpoch: 2, files: [] });
      expect(await dataset.key(2)).to.match(/^AGE-SECRET-KEY-1/);
      expect(await dataset.key(1)).to.equal(undefined);
    });

    it("encrypts all files of the newest epoch for another key, under the same names", async () => {
      const dataset = await open();
      await dataset.add(plain(), 0);
      await dataset.prepare(1);
      expect(await dataset.key(1)).not.to.equal(await dataset.key(0));
      expect(await decrypted(dataset, 1)).to.deep.equal(BOTH);
      expect(await decrypted(dataset, 0)).to.deep.equal(BOTH);
      expect(await dataset.newest()).to.equal(1);
    });

    it("does nothing for an epoch that is complete", async () => {
      const dataset = await open();
      const before = await dataset.add(plain(), 0);
      await dataset.prepare(0);
      expect(await dataset.manifest(0)).to.deep.equal(before);
    });

    it("given it was interrupted: goes on with the key that was made, and leaves nothing behind", async () => {
      const dataset = await open();
      await dataset.add(plain(), 0);
      await dataset.prepare(1);
      const key = await dataset.key(1);
      await rm(inData("files", 1, "manifest.json"));
      await writeFile(inData("files", 1, "file.7d1a.tmp"), "half");
      expect(await dataset.newest()).to.equal(0);
      await (await open()).prepare(1);
      expect(await dataset.key(1)).to.equal(key);
      expect(await decrypted(dataset, 1)).to.deep.equal(BOTH);
      expect(await readdir(inData("files", 1))).to.have.length(3);
    });

    it("given a file that is damaged: reports CORRUPT, and the older epoch stays as it was", async () => {
      const dataset = await open();
      const manifest = await dataset.add(plain(), 0);
      const bytes = await stored(0, manifest.files[0]);
      bytes[bytes.length - 1] ^= 1;
      await writeFile(inData("files", 0, manifest.files[0].sha256), bytes);
      const error = await expectError(() => dataset.prepare(1), "DatasetError", "CORRUPT");
      expect(error.message).to.include("images.bin.age of key epoch 0");
      expect(await dataset.manifest(1)).to.equal(undefined);
      expect(await dataset.manifest(0)).to.deep.equal(manifest);
      expect(await readdir(inData("files", 1))).to.deep.equal([]);
    });

    it("given a key that is gone, or of another account: reports KEY", async () => {
      await (await open()).add(plain(), 0);
      const stranger = await open(new Wallet(`0x${"22".repeat(32)}`));
      await expectError(() => stranger.key(0), "DatasetError", "KEY");
      await expectError(() => stranger.prepare(1), "DatasetError", "KEY");
      await rm(inData("keys", 0));
      await expectError(async () => (await open()).prepare(1), "DatasetError", "KEY");
    });
  });

  it("newest ignores an epoch without a manifest", async () => {
    const dataset = await open();
    expect(await dataset.newest()).to.equal(undefined);
    await dataset.prepare(9);
    await dataset.prepare(10);
    await mkdir(inData("files", 11));
    expect(await dataset.newest()).to.equal(10);
  });

  it("manifest reports CORRUPT for one that is damaged, or of another epoch", async () => {
    const dataset = await open();
    await dataset.prepare(0);
    const path = inData("files", 0, "manifest.json");
    const file = { name: "a.age", bytes: 1, sha256: "00".repeat(32) };
    const bad = [
      ...["", "null", "{}", JSON.stringify({ keyEpoch: 1, files: [] })],
      ...[
        { ...file, name: "../a.age" },
        { ...file, bytes: -1 },
        { ...file, sha256: "../../etc/passwd" },
      ].map((each) => JSON.stringify({ keyEpoch: 0, files: [each] })),
      JSON.stringify({ keyEpoch: 0, files: [file, file] }),
    ];
    for (const text of bad) {
      await writeFile(path, text);
      await expectError(() => dataset.manifest(0), "DatasetError", "CORRUPT");
    }
    await writeFile(path, JSON.stringify({ keyEpoch: 0, files: [file] }));
    expect((await dataset.manifest(0))?.files).to.deep.equal([file]);
  });

  it("read gives a range, and undefined for a file that is gone", async () => {
    const dataset = await open();
    const [file] = (await dataset.add(plain(), 0)).files;
    const stream = await dataset.read(0, file, { start: 10, end: 19 });
    expect(stream && (await buffer(stream))).to.deep.equal(
      (await stored(0, file)).subarray(10, 20),
    );
    await rm(inData("files", 0, file.sha256));
    expect(await dataset.read(0, file, { start: 0, end: 1 })).to.equal(undefined);
  });

  it("forget removes files of older epochs, and no keys", async () => {
    const dataset = await open();
    await dataset.add(plain(), 0);
    await dataset.prepare(1);
    await dataset.prepare(2);
    await dataset.forget(2);
    expect(await readdir(inData("files"))).to.deep.equal(["2"]);
    expect(await readdir(inData("keys"))).to.deep.equal(["0", "1", "2"]);
    expect(await decrypted(dataset, 2)).to.deep.equal(BOTH);
  });
});
