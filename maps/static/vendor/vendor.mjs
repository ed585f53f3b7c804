// Writes the vendored files and their manifest from the packages that `npm ci` has installed.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const here = new URL("./", import.meta.url);
const read = (path) => readFileSync(new URL(path, here));
const about = (name) => JSON.parse(read(`node_modules/${name}/package.json`));

const made = async (options) => {
  const { outputFiles } = await build({
    absWorkingDir: here.pathname,
    bundle: true,
    legalComments: "inline",
    minify: true,
    target: "es2017",
    write: false,
    ...options,
  });
  return outputFiles[0].contents;
};

const LICENCES = {
  leaflet: "LICENSE",
  "@mapbox/vector-tile": "LICENSE.txt",
  pbf: "LICENSE",
  "@mapbox/point-geometry": "LICENSE",
};
const licence = (name) => read(`node_modules/${name}/${LICENCES[name]}`);
const owners = (name) => licence(name).toString("utf8").match(/copyright \(c\).*/i)[0].trim();

// A library as a classic script that defines one global; whose it is stands in its first line.
const script = (globalName, entryPoint, packages) => {
  const named = packages.map((name) => `${name} ${about(name).version}, ${about(name).license}, ${owners(name)}`);
  return made({ banner: { js: `/*! ${named.join("; ")} */` }, entryPoints: [entryPoint], format: "iife", globalName });
};

const tilePackages = ["@mapbox/vector-tile", "pbf", "@mapbox/point-geometry"];
const files = [
  { file: "leaflet.js", packages: ["leaflet"], bytes: await script("L", "leaflet.mjs", ["leaflet"]) },
  {
    file: "leaflet.css",
    packages: ["leaflet"],
    // Its images are of controls and markers that no page has.
    bytes: await made({ entryPoints: ["leaflet/dist/leaflet.css"], external: ["*.png"] }),
  },
  {
    file: "vector-tile.js",
    packages: tilePackages,
    bytes: await script("VectorTiles", "vector-tile.mjs", tilePackages),
  },
  ...Object.keys(LICENCES).map((name) => ({
    file: `LICENSE-${name.split("/").pop()}.txt`,
    packages: [name],
    bytes: licence(name),
  })),
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
