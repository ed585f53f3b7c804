// Writes the vendored files and their manifest from the packages that `npm ci` has installed.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const here = new URL("./", import.meta.url);
const read = (path) => readFileSync(new URL(path, here));
const about = (name) => JSON.parse(read(`node_modules/${name}/package.json`));

const bundled = await build({
  absWorkingDir: here.pathname,
  bundle: true,
  format: "iife",
  globalName: "VectorTiles",
  legalComments: "inline",
  minify: true,
  stdin: {
    contents: 'export { VectorTile } from "@mapbox/vector-tile"; export { default as Pbf } from "pbf";',
    resolveDir: here.pathname,
  },
  target: "es2017",
  write: false,
});

const files = [
  { file: "leaflet.js", packages: ["leaflet"], bytes: read("node_modules/leaflet/dist/leaflet.js") },
  { file: "leaflet.css", packages: ["leaflet"], bytes: read("node_modules/leaflet/dist/leaflet.css") },
  {
    file: "vector-tile.js",
    packages: ["@mapbox/vector-tile", "pbf", "@mapbox/point-geometry"],
    bytes: bundled.outputFiles[0].contents,
  },
  { file: "LICENSE-leaflet.txt", packages: ["leaflet"], bytes: read("node_modules/leaflet/LICENSE") },
  {
    file: "LICENSE-vector-tile.txt",
    packages: ["@mapbox/vector-tile"],
    bytes: read("node_modules/@mapbox/vector-tile/LICENSE.txt"),
  },
  { file: "LICENSE-pbf.txt", packages: ["pbf"], bytes: read("node_modules/pbf/LICENSE") },
  {
    file: "LICENSE-point-geometry.txt",
    packages: ["@mapbox/point-geometry"],
    bytes: read("node_modules/@mapbox/point-geometry/LICENSE"),
  },
];

const manifest = files.map(({ file, packages, bytes }) => {
  // A map of the sources would be a request that the page never needs.
  const text = Buffer.from(bytes).toString("utf8").replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n");
  writeFileSync(new URL(file, here), text);
  return {
    file,
    packages: packages.map((name) => ({
      name,
      version: about(name).version,
      licence: about(name).license,
    })),
    sha256: createHash("sha256").update(text).digest("hex"),
  };
});
writeFileSync(new URL("MANIFEST.json", here), JSON.stringify(manifest, null, 2) + "\n");
