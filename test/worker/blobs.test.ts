import { readFileSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { word } from "./support/fixtures";
import { expectError } from "./support/rejection";
import { useTemporaryDirectory } from "./support/temporary";
import { BlobStore } from "../../worker/src/blobs/store";
import type { Hex } from "../../tensor/src/index";

const [ID, OTHER] = [word(0xab), word(0xcd)];
const BYTES = Buffer.from("some bytes");
const STORED = BYTES.length + 32;

describe("worker BlobStore", () => {
  const directory = useTemporaryDirectory();
  let store: BlobStore;
  beforeEach(async () => {
    store = await BlobStore.open(directory(), 2 * STORED);
  });

  function pathOf(id: Hex, visibility: string): string {
    return join(directory(), visibility, id);
  }

  it("gives back what was put, after reopening too", async () => {
    await store.put(ID, BYTES, "private");
    await store.put(ID, BYTES, "private");
    const reopened = await BlobStore.open(directory(), 2 * STORED);
    for (const each of [store, reopened]) {
      expect(await each.get(ID)).to.deep.equal(BYTES);
      expect(await each.has(ID)).to.equal(true);
    }
    expect(await store.get(OTHER)).to.equal(undefined);
    expect(await store.has(OTHER)).to.equal(false);
  });

  it("finds an id of either case", async () => {
    await store.put(ID.toUpperCase().replace("0X", "0x") as Hex, BYTES, "private");
    expect(await store.get(ID)).to.deep.equal(BYTES);
  });

  it("shows private blobs to nobody until they are published", async () => {
    await store.put(ID, BYTES, "private");
    expect(await store.get(ID, "public")).to.equal(undefined);
    await store.publish(ID);
    await store.publish(ID);
    expect(await store.get(ID, "public")).to.deep.equal(BYTES);
    expect(store.publicBytes).to.equal(STORED);
  });

  it("throws ID for what is no id, so that no path escapes, and for nothing to publish", async () => {
    const bad = ["../../etc/passwd", "0x", `${ID}/..`, `0x${"zz".repeat(32)}`] as Hex[];
    for (const id of bad) {
      await expectError(() => store.put(id, BYTES, "public"), "BlobError", "ID");
      await expectError(() => store.get(id), "BlobError", "ID");
    }
    await expectError(() => store.publish(ID), "BlobError", "ID");
  });

  it("bounds public blobs, not private or published ones", async () => {
    await store.put(word(1), BYTES, "public");
    await store.put(word(2), BYTES, "public");
    await expectError(() => store.put(word(3), BYTES, "public"), "BlobError", "FULL");
    await store.put(word(2), BYTES, "public");
    await store.put(word(4), BYTES, "private");
    await store.publish(word(4));
    expect(store.publicBytes).to.equal(3 * STORED);
    const reopened = await BlobStore.open(directory(), 2 * STORED);
    expect(reopened.publicBytes).to.equal(3 * STORED);
  });

  it("counts a blob once that is put many times at once", async () => {
    await Promise.all([1, 2, 3, 4].map(() => store.put(ID, BYTES, "public")));
    expect(store.publicBytes).to.equal(STORED);
    expect(await store.get(ID, "public")).to.deep.equal(BYTES);
  });

  describe("given a damaged file", () => {
    const damages: [string, (file: Buffer) => Buffer][] = [
      ["one bit flipped in the bytes", (file) => flip(file, 0)],
      ["one bit flipped in the digest", (file) => flip(file, file.length - 1)],
      ["cut off", (file) => file.subarray(0, file.length - 1)],
      ["cut to less than a digest", (file) => file.subarray(0, 5)],
      ["empty", () => Buffer.alloc(0)],
      ["longer", (file) => Buffer.concat([file, Buffer.alloc(1)])],
    ];
    for (const visibility of ["private", "public"] as const) {
      for (const [what, damage] of damages) {
        it(`throws CORRUPT when a ${visibility} one is ${what}, and takes it anew`, async () => {
          await store.put(ID, BYTES, visibility);
          writeFileSync(pathOf(ID, visibility), damage(readFileSync(pathOf(ID, visibility))));
          await expectError(() => store.get(ID), "BlobError", "CORRUPT");
          expect(await store.get(ID)).to.equal(undefined);
          await store.put(ID, BYTES, visibility);
          expect(await store.get(ID)).to.deep.equal(BYTES);
        });
      }
    }

    it("throws CORRUPT when a file lies under the id of another", async () => {
      await store.put(ID, BYTES, "private");
      writeFileSync(pathOf(OTHER, "private"), readFileSync(pathOf(ID, "private")));
      await expectError(() => store.get(OTHER), "BlobError", "CORRUPT");
      expect(await store.get(ID)).to.deep.equal(BYTES);
    });
  });

  it("removes leftovers of interrupted writes when it is opened", async () => {
    writeFileSync(join(directory(), "tmp", "half"), "x");
    await BlobStore.open(directory(), STORED);
    expect(readdirSync(join(directory(), "tmp"))).to.deep.equal([]);
  });

  it("sweeps what is old and not kept", async () => {
    const ids = [word(1), word(2), word(3)];
    for (const id of ids) await store.put(id, BYTES, "private");
    await store.publish(ids[0]);
    for (const [id, seconds] of [
      [ids[0], 1],
      [ids[1], 1],
      [ids[2], 100],
    ] as const) {
      utimesSync(pathOf(id, "private"), seconds, seconds);
    }
    expect(await store.sweep(100_000, (id) => id === ids[1])).to.equal(2);
    expect(await Promise.all(ids.map((id) => store.has(id)))).to.deep.equal([false, true, true]);
    expect(store.publicBytes).to.equal(0);
  });

  it("keeps from sweeping what is put again", async () => {
    await store.put(ID, BYTES, "private");
    utimesSync(pathOf(ID, "private"), 1, 1);
    await store.put(ID, BYTES, "private");
    expect(await store.sweep(100_000, () => false)).to.equal(0);
  });
});

function flip(file: Buffer, index: number): Buffer {
  const copy = Buffer.from(file);
  copy[index] ^= 1;
  return copy;
}
