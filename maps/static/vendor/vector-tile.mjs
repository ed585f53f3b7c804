// What Kaimen's pages use to read Mapbox Vector Tiles.
export { VectorTile } from "@mapbox/vector-tile";
export { default as Pbf } from "pbf";
