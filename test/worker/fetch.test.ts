import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { expectError } from "./support/rejection";
import { useTemporaryDirectory } from "./support/temporary";
import { isAddressAllowed, parseNetwork } from "../../worker/src/fetch/addresses";
import type { Network } from "../../worker/src/fetch/addresses";
import { Fetcher } from "../../worker/src/fetch/fetcher";
import type { Resolver } from "../../worker/src/fetch/http";
import { MAX_URI_LENGTH, resolveUri } from "../../worker/src/fetch/uri";
import type { UriPolicy } from "../../worker/src/fetch/uri";

function networks(...cidrs: string[]): Network[] {
  return cidrs.map((cidr) => {
    const network = parseNetwork(cidr);
    if (network === undefined) throw new RangeError(cidr);
    return network;
  });
}

const ID = `0x${"ab".repeat(32)}` as const;
const POLICY: UriPolicy = {
  section: "inputs",
  fileRoots: ["/srv/inputs"],
  hosts: ["data.example", "data.example:8080", "127.0.0.1", "[::1]", "8.8.8.8"],
  networks: [],
};

describe("worker fetch", () => {
  describe("isAddressAllowed", () => {
    const notPublic = [
      ["this network", "0.0.0.0", "0.1.2.3"],
      ["loopback", "127.0.0.1", "127.255.255.254", "::1"],
      ["private", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fdff::1"],
      ["link-local", "169.254.0.1", "169.254.169.254", "fe80::1", "fe80::1%eth0", "febf::1"],
      ["carrier NAT", "100.64.0.1", "100.127.255.255"],
      ["special", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"],
      ["reserved", "240.0.0.1", "255.255.255.255", "2001:db8::1", "fec0::1", "100::1"],
      ["multicast", "224.0.0.1", "239.255.255.255", "ff02::1"],
      ["unspecified", "::"],
      ["mapped IPv4", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:7f00:1", "::127.0.0.1"],
      ["translated IPv4", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "::ffff:0:7f00:1"],
      ["tunnelled IPv4", "2002:7f00:1::", "2001::1"],
      ["no address", "", "localhost", "1.2.3.4.5", "12345::1", "1.2.3.4/8"],
    ];
    for (const [what, ...addresses] of notPublic) {
      it(`refuses ${what}: ${addresses.join(" ")}`, () => {
        for (const address of addresses) {
          expect(isAddressAllowed(address, []), address).to.equal(false);
        }
      });
    }

    it("allows public addresses, mapped or not", () => {
      for (const address of ["8.8.8.8", "::ffff:8.8.8.8", "2606:4700::1111", "[2606:4700::1111]"]) {
        expect(isAddressAllowed(address, []), address).to.equal(true);
      }
    });

    it("allows what a network names, and nothing beside it", () => {
      const allowed = networks("127.0.0.1/32", "fd00:1::/32");
      expect(isAddressAllowed("127.0.0.1", allowed)).to.equal(true);
      expect(isAddressAllowed("::ffff:127.0.0.1", allowed)).to.equal(true);
      expect(isAddressAllowed("127.0.0.2", allowed)).to.equal(false);
      expect(isAddressAllowed("fd00:1::9", allowed)).to.equal(true);
      expect(isAddressAllowed("fd00:2::9", allowed)).to.equal(false);
    });
  });

  describe("resolveUri", () => {
    const refused: [string, string, string][] = [
      ["no URI", "nonsense", "URI"],
      ["a long URI", `http://data.example/${"a".repeat(MAX_URI_LENGTH)}`, "URI"],
      ["another scheme", "ftp://data.example/x", "SCHEME"],
      ["data:", "data:text/plain,x", "SCHEME"],
      ["a host that is not listed", "http://other.example/", "HOST"],
      ["a port that is not listed", "http://data.example:81/", "HOST"],
      ["a host with a dot at its end", "http://data.example./", "HOST"],
      ["a listed host as user", "http://data.example@other.example/", "URI"],
      ["a password", "http://a:b@data.example/", "URI"],
      ["a listed literal that is loopback", "http://127.0.0.1/", "ADDRESS"],
      ["the same as a number", "http://2130706433/", "ADDRESS"],
      ["the same in hexadecimal", "http://0x7f.1/", "ADDRESS"],
      ["the same in IPv6", "http://[::1]/", "ADDRESS"],
      ["a file on a host", "file://data.example/srv/inputs/x", "HOST"],
      ["a short blob id", "blob:0x12", "URI"],
    ];
    for (const [what, uri, code] of refused) {
      it(`throws ${code} for ${what}`, () =>
        expectError(() => resolveUri(uri, POLICY), "FetchError", code));
    }

    it("throws SCHEME for a file when no root is named", () =>
      expectError(
        () => resolveUri("file:///srv/inputs/x", { ...POLICY, fileRoots: [] }),
        "FetchError",
        "SCHEME",
      ));

    it("accepts listed hosts, files and blobs", () => {
      expect(resolveUri("https://data.example/a?b", POLICY).kind).to.equal("http");
      expect(resolveUri("http://DATA.example:8080/", POLICY).kind).to.equal("http");
      expect(resolveUri("http://8.8.8.8/", POLICY).kind).to.equal("http");
      expect(resolveUri("file:///srv/inputs/x", POLICY).kind).to.equal("file");
      const blob = { kind: "blob", id: ID };
      expect(resolveUri(`blob:${ID}`, POLICY)).to.deep.equal(blob);
      expect(resolveUri(`blob:0x${"AB".repeat(32)}`, POLICY)).to.deep.equal(blob);
    });
  });

  describe("file", () => {
    const directory = useTemporaryDirectory();
    let fetcher: Fetcher;
    beforeEach(() => {
      for (const name of ["root", "root2", "other"]) mkdirSync(join(directory(), name));
      const policy = { ...POLICY, fileRoots: [join(directory(), "root")] };
      fetcher = new Fetcher(policy, { maxBytes: 8, timeoutMs: 1000 });
    });
    afterEach(() => fetcher.close());

    function uri(...path: string[]): string {
      return pathToFileURL(join(directory(), ...path)).href;
    }

    it("reads up to the cap and not beyond", async () => {
      writeFileSync(join(directory(), "root", "8"), "12345678");
      writeFileSync(join(directory(), "root", "9"), "123456789");
      expect(Buffer.from(await fetcher.fetch(uri("root", "8"))).toString()).to.equal("12345678");
      await expectError(() => fetcher.fetch(uri("root", "9")), "FetchError", "TOO_LARGE");
    });

    it("throws PATH outside of the roots: beside, above, through links and encodings", async () => {
      writeFileSync(join(directory(), "other", "x"), "x");
      writeFileSync(join(directory(), "root2", "x"), "x");
      symlinkSync(join(directory(), "other", "x"), join(directory(), "root", "link"));
      symlinkSync(join(directory(), "other"), join(directory(), "root", "directory"));
      const outside = [
        uri("other", "x"),
        uri("root2", "x"),
        `${uri("root")}/../other/x`,
        `${uri("root")}/%2e%2e/other/x`,
        `${uri("root")}/..%2fother%2fx`,
        uri("root", "link"),
        uri("root", "directory", "x"),
      ];
      for (const each of outside) {
        await expectError(() => fetcher.fetch(each), "FetchError", "PATH");
      }
    });

    it("throws PATH for a directory and for a pipe, without waiting", async () => {
      mkdirSync(join(directory(), "root", "inner"));
      execFileSync("mkfifo", [join(directory(), "root", "pipe")]);
      await expectError(() => fetcher.fetch(uri("root", "inner")), "FetchError", "PATH");
      await expectError(() => fetcher.fetch(uri("root", "pipe")), "FetchError", "PATH");
    });

    it("throws NOT_FOUND for what is not there", () =>
      expectError(() => fetcher.fetch(uri("root", "none")), "FetchError", "NOT_FOUND"));
  });

  describe("http", () => {
    let server: Server;
    let port = 0;
    let listener: RequestListener;
    let fetchers: Fetcher[] = [];
    let requests = 0;

    before((done) => {
      server = createServer((request, response) => {
        requests++;
        listener(request, response);
      }).listen(0, "127.0.0.1", done);
    });
    before(() => {
      port = (server.address() as AddressInfo).port;
    });
    after((done) => {
      server.closeAllConnections();
      server.close(done);
    });
    beforeEach(() => {
      requests = 0;
    });
    afterEach(async () => {
      await Promise.all(fetchers.map((fetcher) => fetcher.close()));
      fetchers = [];
    });

    function fetcherFor(
      resolver: Resolver,
      allowed: readonly Network[],
      limits = { maxBytes: 100, timeoutMs: 2000 },
    ): Fetcher {
      const hosts = [`data.example:${port}`, `127.0.0.1:${port}`];
      const policy = { ...POLICY, fileRoots: [], hosts, networks: allowed };
      const fetcher = new Fetcher(policy, limits, resolver);
      fetchers.push(fetcher);
      return fetcher;
    }

    function resolvesTo(...addresses: string[]): Resolver {
      return async () =>
        addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    }

    const LOCAL = networks("127.0.0.1/32");

    function local(limits?: { maxBytes: number; timeoutMs: number }): Fetcher {
      return fetcherFor(resolvesTo("127.0.0.1"), LOCAL, limits);
    }

    function url(): string {
      return `http://data.example:${port}/x`;
    }

    it("reads a document", async () => {
      listener = (request, response) => response.end(request.headers["accept-encoding"]);
      expect(Buffer.from(await local().fetch(url())).toString()).to.equal("identity");
    });

    it("does not connect to a name that resolves to a private address", async () => {
      listener = (_request, response) => response.end("secret");
      const fetcher = fetcherFor(resolvesTo("127.0.0.1"), []);
      await expectError(() => fetcher.fetch(url()), "FetchError", "ADDRESS");
      expect(requests).to.equal(0);
    });

    it("does not connect when one of several addresses is private", async () => {
      listener = (_request, response) => response.end("secret");
      const fetcher = fetcherFor(resolvesTo("127.0.0.1", "10.0.0.1"), LOCAL);
      await expectError(() => fetcher.fetch(url()), "FetchError", "ADDRESS");
      expect(requests).to.equal(0);
    });

    it("checks each resolution, so a name that is bound anew gains nothing", async () => {
      listener = (_request, response) => response.end("ok");
      let calls = 0;
      const rebinding: Resolver = async () => {
        calls++;
        return [{ address: calls === 1 ? "127.0.0.1" : "127.0.0.2", family: 4 }];
      };
      const fetcher = fetcherFor(rebinding, LOCAL);
      await fetcher.fetch(url());
      await expectError(() => fetcher.fetch(url()), "FetchError", "ADDRESS");
      expect([calls, requests]).to.deep.equal([2, 1]);
    });

    it("throws NETWORK for a name without an address, and one that does not resolve", async () => {
      const fail: Resolver = () => Promise.reject(new Error("ENOTFOUND"));
      for (const resolver of [resolvesTo(), fail]) {
        const fetcher = fetcherFor(resolver, LOCAL);
        const error = await expectError(() => fetcher.fetch(url()), "FetchError", "NETWORK");
        expect(error.retryable).to.equal(true);
      }
    });

    for (const status of [301, 302, 303, 307, 308]) {
      it(`throws REDIRECT for ${status} and does not follow`, async () => {
        listener = (_request, response) =>
          response.writeHead(status, { location: `http://127.0.0.1:${port}/secret` }).end();
        await expectError(() => local().fetch(url()), "FetchError", "REDIRECT");
        expect(requests).to.equal(1);
      });
    }

    it("throws NOT_FOUND for 404, STATUS for 500 and 206", async () => {
      for (const [status, code] of [
        [404, "NOT_FOUND"],
        [410, "NOT_FOUND"],
        [500, "STATUS"],
        [206, "STATUS"],
      ] as const) {
        listener = (_request, response) => response.writeHead(status).end();
        await expectError(() => local().fetch(url()), "FetchError", code);
      }
    });

    it("throws ENCODING for a compressed answer", async () => {
      listener = (_request, response) =>
        response.writeHead(200, { "content-encoding": "gzip" }).end("x");
      await expectError(() => local().fetch(url()), "FetchError", "ENCODING");
    });

    it("reads exactly the cap and not a byte more, announced or not", async () => {
      const limits = { maxBytes: 100, timeoutMs: 2000 };
      listener = (_request, response) => response.end("a".repeat(100));
      expect(await local(limits).fetch(url())).to.have.length(100);
      listener = (_request, response) => response.end("a".repeat(101));
      await expectError(() => local(limits).fetch(url()), "FetchError", "TOO_LARGE");
      listener = (_request, response) => {
        response.writeHead(200, { "transfer-encoding": "chunked" });
        response.write("a".repeat(100));
        response.end("a");
      };
      await expectError(() => local(limits).fetch(url()), "FetchError", "TOO_LARGE");
    });

    it("stops an endless answer at the cap", async () => {
      let closed = (): void => undefined;
      const gone = new Promise<void>((resolve) => (closed = resolve));
      listener = (_request, response) => {
        response.on("close", closed);
        const more = (): void => {
          while (!response.destroyed && response.write("a".repeat(1024)));
        };
        response.on("drain", more);
        more();
      };
      await expectError(() => local().fetch(url()), "FetchError", "TOO_LARGE");
      await gone;
    });

    it("throws TIMEOUT for a server that does not answer", async () => {
      listener = () => undefined;
      const slow = local({ maxBytes: 100, timeoutMs: 50 });
      const error = await expectError(() => slow.fetch(url()), "FetchError", "TIMEOUT");
      expect(error.retryable).to.equal(true);
    });

    it("throws TIMEOUT for a server that trickles", async () => {
      listener = (_request, response) => {
        const timer = setInterval(() => response.write("a"), 10);
        response.on("close", () => clearInterval(timer));
      };
      const slow = local({ maxBytes: 1_000_000, timeoutMs: 100 });
      await expectError(() => slow.fetch(url()), "FetchError", "TIMEOUT");
    });

    it("throws NETWORK when the answer breaks off", async () => {
      listener = (_request, response) => {
        response.writeHead(200, { "content-length": "50" });
        response.write("a");
        setImmediate(() => response.destroy());
      };
      await expectError(() => local().fetch(url()), "FetchError", "NETWORK");
    });

    it("throws SCHEME for a blob, which is no document", () =>
      expectError(() => local().fetch(`blob:${ID}`), "FetchError", "SCHEME"));
  });
});
